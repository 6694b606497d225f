import { useState } from "react";
import type { Pair } from "../../model/types";
import { Button, CloseIcon, IconButton, inputClass, Segmented } from "../parts";
import { headersText, isWrittenAnew, parseHeaders } from "./draft";
import css from "./Send.module.css";

interface HeadersEditorProps {
  headers: Pair[];
  error: string | undefined;
  onChange(headers: Pair[]): void;
}

/** Header lines in their order, as a list or as text. */
export function HeadersEditor({ headers, error, onChange }: HeadersEditorProps) {
  const [view, setView] = useState<"list" | "text">("list");
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const show = (next: "list" | "text") => {
    if (next === "text") setTyped(headersText(headers));
    setWrong(undefined);
    setView(next);
  };
  const type = (text: string) => {
    setTyped(text);
    const read = parseHeaders(text);
    setWrong("error" in read ? read.error : undefined);
    if ("headers" in read) onChange(read.headers);
  };
  const set = (at: number, pair: Pair) => onChange(headers.map((h, i) => (i === at ? pair : h)));
  return (
    <section className={css.part} aria-label="Headers">
      <header>
        <h3>Headers</h3>
        <span className={css.dim}>{headers.length}</span>
        <span className={css.grow} />
        <Segmented
          label="Edit headers as"
          items={[
            { id: "list", label: "List" },
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
        <ul className={css.headerList}>
          {headers.map(([name, value], i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
            <li key={i}>
              <input
                className={inputClass}
                aria-label={`Name of header ${i + 1}`}
                value={name}
                spellCheck={false}
                onChange={(e) => set(i, [e.currentTarget.value, value])}
              />
              <input
                className={inputClass}
                aria-label={`Value of header ${i + 1}`}
                value={value}
                spellCheck={false}
                title={isWrittenAnew(name) ? "Written anew when it is sent" : undefined}
                data-anew={isWrittenAnew(name) || undefined}
                onChange={(e) => set(i, [name, e.currentTarget.value])}
              />
              <IconButton
                label={`Remove header ${name || i + 1}`}
                icon={<CloseIcon />}
                onClick={() => onChange(headers.filter((_, at) => at !== i))}
              />
            </li>
          ))}
        </ul>
      )}
      {(wrong ?? error) && (
        <p className={css.error} role="alert">
          {wrong ?? error}
        </p>
      )}
    </section>
  );
}
