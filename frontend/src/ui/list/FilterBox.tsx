import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { filterOf } from "../../model/scope";
import { useActions } from "../../state/actions";
import { useDesk } from "../../state/desk";
import { useStore } from "../../state/store";
import { CloseIcon, IconButton, inputClass, SearchIcon } from "../parts";
import css from "./List.module.css";

const WAIT_MS = 160;

/** The filter box: applied while typing, at once by Enter; Escape clears it. */
export function FilterBox({ onLeave }: { onLeave(): void }) {
  const desk = useDesk();
  const scope = useStore(desk.scope);
  const error = useStore(desk.list.view, (v) => v.error);
  const [text, setText] = useState(scope.text);
  const box = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    clearTimeout(timer.current);
    setText((now) => (now.trim() === scope.text.trim() ? now : scope.text));
  }, [scope.text]);
  useEffect(() => () => clearTimeout(timer.current), []);

  useActions(
    () => [
      {
        id: "list.filter",
        title: "Filter the list",
        group: "List",
        keys: ["/", "mod+f"],
        words: "search find",
        run: () => {
          box.current?.focus();
          box.current?.select();
        },
      },
      {
        id: "list.filter.clear",
        title: "Clear the filter",
        group: "List",
        enabled: () => desk.scope.get().text !== "",
        run: () => desk.setScope({ text: "" }),
      },
    ],
    [desk],
  );

  const apply = (to: string) => {
    clearTimeout(timer.current);
    if (to !== desk.scope.get().text) desk.setScope({ text: to });
  };
  const change = (to: string) => {
    setText(to);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => apply(to), WAIT_MS);
  };
  const clear = () => {
    setText("");
    apply("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      apply(text);
      onLeave();
    } else if (event.key === "ArrowDown") onLeave();
    else if (event.key === "Escape") {
      if (text === "") onLeave();
      else clear();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const bad = error?.kind === "invalid" ? error : undefined;
  const column = bad && bad.column > 0 ? bad.column - filterOf(scope).offset : 0;
  return (
    <search className={css.filter}>
      <div className={css.box}>
        <SearchIcon size={14} />
        <input
          ref={box}
          className={inputClass}
          aria-label="Filter"
          aria-invalid={bad ? true : undefined}
          aria-describedby={bad ? "filter-error" : undefined}
          placeholder="Filter: words, method:POST, path:/orders"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {text !== "" && (
          <IconButton
            className={css.clear}
            label="Clear the filter"
            kbd="Esc"
            icon={<CloseIcon size={14} />}
            onClick={() => {
              clear();
              box.current?.focus();
            }}
          />
        )}
      </div>
      {error && (
        <div className={css.filterError} id="filter-error" role="alert">
          {column > 0 && column <= text.length + 1 && `Column ${column}: `}
          {error.message}
        </div>
      )}
    </search>
  );
}
