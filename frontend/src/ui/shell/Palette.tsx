import { Modal } from "@mantine/core";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { showKeys } from "../../model/keys";
import { offer, used } from "../../model/offer";
import type { Action } from "../../state/actions";
import { useDesk } from "../../state/desk";
import { useDialog } from "../../state/dialogs";
import { Kbd } from "../parts";
import css from "./Shell.module.css";

/** Search and run anything. */
export function Palette() {
  const { dialogs } = useDesk();
  const args = useDialog("palette");
  return (
    <Modal.Root opened={args !== undefined} onClose={dialogs.close} size={560} padding={0} yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content aria-label="Command palette" classNames={{ content: css.paletteBox ?? "" }}>
        <Modal.Body>{args && <Choices initial={args.query ?? ""} />}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Choices({ initial }: { initial: string }) {
  const { actions, dialogs, selection, prefs, setScope, mac } = useDesk();
  const [typed, setTyped] = useState(initial);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);

  const found = useMemo(() => {
    const offered = actions.all().filter((a) => !a.quiet && a.enabled?.() !== false);
    const shown: Action[] = offer(offered, typed, {
      open: selection.store.get().seq !== undefined,
      recent: prefs.get().commands,
    });
    if (typed.trim() !== "") {
      shown.push({
        id: "palette.filter",
        title: `Filter the list by “${typed.trim()}”`,
        group: "List",
        run: () => setScope({ text: typed.trim() }),
      });
    }
    return shown;
  }, [actions, typed, setScope, selection, prefs]);

  const current = Math.min(at, found.length - 1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls to each new choice
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [current, found]);

  const run = (action: Action | undefined) => {
    if (!action) return;
    dialogs.close();
    if (actions.find(action.id)) prefs.update((now) => ({ ...now, commands: used(now.commands, action.id) }));
    // The dialog gives the focus back first; what runs may take it again.
    setTimeout(() => (actions.find(action.id) ? actions.run(action.id) : action.run()));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) setAt(Math.max(0, Math.min(found.length - 1, current + step)));
    else if (event.key === "Enter") run(found[current]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <input
        className={css.paletteInput}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[current] ? `palette-${current}` : undefined}
        aria-label="Search or run a command"
        placeholder="Search or run a command"
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        className={css.paletteList}
        id="palette-list"
        role="listbox"
        aria-label="Commands"
        ref={list}
        tabIndex={-1}
      >
        {found.map((action, i) => (
          <div
            key={action.id}
            id={`palette-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === current}
            className={css.paletteItem}
            onMouseMove={() => setAt(i)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => run(action)}
            onKeyDown={onKeyDown}
          >
            <span>{action.title}</span>
            <span className={css.paletteGroup}>{action.group}</span>
            {action.keys?.[0] && <Kbd>{showKeys(action.keys[0], mac)}</Kbd>}
          </div>
        ))}
        {found.length === 0 && <p className={css.paletteNone}>No command is called that.</p>}
      </div>
    </>
  );
}
