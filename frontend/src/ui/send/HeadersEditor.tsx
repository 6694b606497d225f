import { type KeyboardEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Pair } from "../../model/types";
import { Button, CloseIcon, DownIcon, focusMover, IconButton, inputClass, Segmented, UpIcon } from "../parts";
import { headersText, isWrittenAnew, moved, parseHeaders } from "./draft";
import css from "./Send.module.css";

interface HeadersEditorProps {
  headers: Pair[];
  error: string | undefined;
  onChange(headers: Pair[]): void;
  /** Whether the text cannot be read, so that the lines are still those before it. */
  onBad(bad: boolean): void;
}

/** Header lines in their order, as a list or as text. */
export function HeadersEditor({ headers, error, onChange, onBad }: HeadersEditorProps) {
  const [view, setView] = useState<"list" | "text">("list");
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const show = (next: "list" | "text") => {
    if (next === "text") setTyped(headersText(headers));
    setView(next);
  };
  const type = (text: string) => {
    setTyped(text);
    const read = parseHeaders(text);
    setWrong("error" in read ? read.error : undefined);
    onBad("error" in read);
    if ("headers" in read) onChange(read.headers);
  };
  return (
    <section className={css.part} aria-label="Headers">
      <header>
        <h3>Headers</h3>
        <span className={css.dim}>{headers.length}</span>
        <span className={css.grow} />
        <Segmented
          label="Edit headers as"
          items={[
            // What cannot be read as lines would be lost in the list.
            { id: "list", label: "List", disabled: wrong !== undefined },
            { id: "text", label: "Text" },
          ]}
          value={view}
          onChange={show}
        />
        <Button small onClick={() => onChange([...headers, ["", ""]])} disabled={view === "text"}>
          Add header
        </Button>
      </header>
      {view === "text" ? (
        <textarea
          className={`${inputClass} ${css.headerText}`}
          aria-label="Header lines"
          aria-invalid={wrong ? true : undefined}
          spellCheck={false}
          value={typed}
          onChange={(e) => type(e.currentTarget.value)}
        />
      ) : (
        <HeaderList headers={headers} onChange={onChange} />
      )}
      {(wrong ?? error) && (
        <p className={css.error} role="alert">
          {wrong ?? error}
        </p>
      )}
    </section>
  );
}

/** The lines one by one; Alt with an arrow key moves a line, as its two buttons do. */
function HeaderList({ headers, onChange }: { headers: Pair[]; onChange(headers: Pair[]): void }) {
  const list = useRef<HTMLUListElement>(null);
  const set = (at: number, pair: Pair) => onChange(headers.map((h, i) => (i === at ? pair : h)));
  const move = (at: number, by: 1 | -1) => {
    flushSync(() => onChange(moved(headers, at, by)));
    focusMover(list.current?.children[at + by], by < 0 ? "up" : "down");
  };
  const onKeyDown = (event: KeyboardEvent, at: number) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key] as 1 | -1 | undefined;
    if (!event.altKey || by === undefined || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    if (at + by < 0 || at + by >= headers.length) return;
    onChange(moved(headers, at, by));
    // The lines have no identity but their place, so the focus is carried along by hand.
    const field = event.target.dataset.field;
    list.current?.children[at + by]?.querySelector<HTMLElement>(`[data-field="${field}"]`)?.focus();
  };
  return (
    <ul className={css.headerList} ref={list}>
      {headers.map(([name, value], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
        <li key={i} onKeyDown={(event) => onKeyDown(event, i)}>
          <input
            className={inputClass}
            aria-label={`Name of header ${i + 1}`}
            aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
            data-field="name"
            value={name}
            spellCheck={false}
            onChange={(e) => set(i, [e.currentTarget.value, value])}
          />
          <input
            className={inputClass}
            aria-label={`Value of header ${i + 1}`}
            aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
            data-field="value"
            value={value}
            spellCheck={false}
            title={isWrittenAnew(name) ? "Written anew when it is sent" : undefined}
            data-anew={isWrittenAnew(name) || undefined}
            onChange={(e) => set(i, [name, e.currentTarget.value])}
          />
          <span className={css.moves}>
            <IconButton
              label={`Move header ${name || i + 1} up`}
              data-move="up"
              kbd="Alt ↑"
              icon={<UpIcon size={14} />}
              disabled={i === 0}
              onClick={() => move(i, -1)}
            />
            <IconButton
              label={`Move header ${name || i + 1} down`}
              data-move="down"
              kbd="Alt ↓"
              icon={<DownIcon size={14} />}
              disabled={i === headers.length - 1}
              onClick={() => move(i, 1)}
            />
          </span>
          <IconButton
            label={`Remove header ${name || i + 1}`}
            icon={<CloseIcon />}
            onClick={() => onChange(headers.filter((_, at) => at !== i))}
          />
        </li>
      ))}
    </ul>
  );
}
