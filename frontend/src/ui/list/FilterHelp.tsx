import { Popover } from "@mantine/core";
import { useRef, useState } from "react";
import { HelpIcon, IconButton } from "../parts";
import css from "./Filter.module.css";

const EXAMPLES: { title: string; rows: readonly (readonly [term: string, means: string])[] }[] = [
  {
    title: "Where it came to, and what it is",
    rows: [
      ["path:/orders", "paths that begin so; without / anywhere"],
      ["event:invoice.*", "an event; * stands for anything"],
      ["provider:stripe", "also endpoint: and method:"],
      ["query.page:2", "a parameter of the URL"],
    ],
  },
  {
    title: "What is in it",
    rows: [
      ["header.user-agent:github", "a header line that has this text"],
      ["body.data.amount:>=1000", "a value in JSON; items[0], items[*] too"],
      ["body:/user_\\d+/", "a regexp, in any text field"],
      ["size:>10k", "of the body; also 1Mi..8Mi"],
    ],
  },
  {
    title: "When, and what became of it",
    rows: [
      ["age:<2h", "also after:2026-01-31 and before:"],
      ["status:4xx", "that the sender was answered"],
      ["attempt:5xx", "what the target answered; or timeout"],
      ["sig:invalid", "signature: none, valid, invalid"],
      ["is:failed", "pinned unread cut refused replayed forwarded dead"],
      ["has:note", "or tag, attempt; also tag:x and note:x"],
    ],
  },
  {
    title: "Together",
    rows: [
      ["push OR pull", "one of them; terms side by side must all hold"],
      ["-method:GET", "not; also NOT (a b)"],
      ['"pull request"', "a phrase, in path, headers and body"],
    ],
  },
];

/** The fields of the filter language, each with an example that one click takes over. */
export function FilterHelp({ onTake }: { onTake(term: string): void }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const change = (to: boolean) => {
    setOpen(to);
    if (!to) button.current?.focus();
  };
  return (
    <Popover opened={open} onChange={change} position="bottom-end" width={460} trapFocus withinPortal>
      <Popover.Target>
        <IconButton
          ref={button}
          label="What a filter can say"
          icon={<HelpIcon size={14} />}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
      </Popover.Target>
      <Popover.Dropdown p={6} aria-label="What a filter can say">
        <div className={css.help}>
          <p>Words are looked for in path, headers and body. Click an example to take it over.</p>
          {EXAMPLES.map(({ title, rows }) => (
            <section key={title} aria-label={title}>
              <h3>{title}</h3>
              {rows.map(([term, means]) => (
                <button
                  key={term}
                  type="button"
                  className={css.example}
                  onClick={() => {
                    setOpen(false);
                    onTake(term);
                  }}
                >
                  <code>{term}</code>
                  <span>{means}</span>
                </button>
              ))}
            </section>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
