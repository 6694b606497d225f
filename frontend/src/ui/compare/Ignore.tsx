import { Popover } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Button, CloseIcon, IconButton, inputClass } from "../parts";
import css from "./Compare.module.css";
import type { useIgnored } from "./useIgnored";

/** The paths that are left out, and a field for one more. */
export function Ignore({ ignored }: { ignored: ReturnType<typeof useIgnored> }) {
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const add = (event: FormEvent) => {
    event.preventDefault();
    const path = typed.trim();
    if (!/^(line|headers|query|body)([.[]|$)/.test(path)) {
      setWrong("Begin with line, headers, query or body, as in body.items[*].id");
      return;
    }
    ignored.add(path);
    setTyped("");
    setWrong(undefined);
  };
  return (
    <Popover
      position="bottom-end"
      width={320}
      withinPortal
      trapFocus
      shadow="md"
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <Button small>Ignore…{ignored.paths.length > 0 ? ` ${ignored.paths.length}` : ""}</Button>
      </Popover.Target>
      <Popover.Dropdown className={css.popover} aria-label="Paths left out">
        <p className={css.dim}>Paths left out of the comparison; * stands for anything.</p>
        <ul className={css.ignored}>
          {ignored.paths.map((path) => (
            <li key={path}>
              <code>{path}</code>
              <IconButton
                label={`Compare ${path} again`}
                icon={<CloseIcon size={14} />}
                onClick={() => ignored.remove(path)}
              />
            </li>
          ))}
        </ul>
        <form onSubmit={add} className={css.addPath}>
          <input
            className={inputClass}
            aria-label="Path to leave out"
            aria-invalid={wrong ? true : undefined}
            placeholder="body.items[*].id"
            spellCheck={false}
            value={typed}
            onChange={(e) => setTyped(e.currentTarget.value)}
          />
          <Button type="submit">Add</Button>
        </form>
        {wrong && (
          <p className={css.error} role="alert">
            {wrong}
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
