import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { replyDoes } from "../../model/reply";
import type { ReplyRule } from "../../model/types";
import {
  Button,
  ChevronIcon,
  CloseIcon,
  DownIcon,
  focusMover,
  IconButton,
  TextField,
  UpIcon,
} from "../parts";
import css from "./Reply.module.css";
import { ReplyFields } from "./ReplyFields";

interface RulesTabProps {
  rules: readonly ReplyRule[];
  targets: readonly string[];
  /** What is wrong with a field of the reply: "rules[0].when". */
  at(field: string): string | undefined;
  onChange(rules: ReplyRule[]): void;
}

/** Replies to some requests only: the first rule that means a request answers it. */
export function RulesTab({ rules, targets, at, onChange }: RulesTabProps) {
  const [open, setOpen] = useState(0);
  const list = useRef<HTMLOListElement>(null);
  const set = (i: number, rule: ReplyRule) => onChange(rules.map((r, n) => (n === i ? rule : r)));
  const move = (from: number, to: number) => {
    const moved = [...rules];
    moved.splice(to, 0, ...moved.splice(from, 1));
    flushSync(() => {
      onChange(moved);
      setOpen(to);
    });
    // Rules have no identity but their place, so the focus is carried along by hand.
    focusMover(list.current?.children[to], to < from ? "up" : "down");
  };
  const remove = (at: number) => {
    onChange(rules.filter((_, n) => n !== at));
    setOpen(at === open ? -1 : at < open ? open - 1 : open);
  };
  const add = () => {
    onChange([...rules, { when: "", reply: { mode: "fixed", status: 200, headers: [], body: "" } }]);
    setOpen(rules.length);
  };
  return (
    <div className={css.form}>
      <p className={css.hint}>
        {rules.length === 0
          ? "Some requests can get another reply: those that a filter means, as above the list."
          : "Asked from the top; the first that means a request answers it. All others get the reply."}
      </p>
      <ol className={css.rules} ref={list}>
        {rules.map((rule, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have no other identity
          <li key={i} className={css.rule} aria-label={`Rule ${i + 1}`}>
            <div className={css.ruleHead}>
              <button
                type="button"
                className={css.ruleTitle}
                aria-expanded={open === i}
                aria-label={`Rule ${i + 1}: ${rule.when || "no filter yet"}, ${replyDoes(rule.reply)}`}
                onClick={() => setOpen(open === i ? -1 : i)}
              >
                <span className={css.turn} data-open={open === i}>
                  <ChevronIcon size={13} />
                </span>
                <code>{rule.when || "…"}</code>
                <span className={css.does}>{replyDoes(rule.reply)}</span>
              </button>
              <IconButton
                label={`Move rule ${i + 1} up`}
                data-move="up"
                icon={<UpIcon />}
                disabled={i === 0}
                onClick={() => move(i, i - 1)}
              />
              <IconButton
                label={`Move rule ${i + 1} down`}
                data-move="down"
                icon={<DownIcon />}
                disabled={i === rules.length - 1}
                onClick={() => move(i, i + 1)}
              />
              <IconButton label={`Remove rule ${i + 1}`} icon={<CloseIcon />} onClick={() => remove(i)} />
            </div>
            {open === i && (
              <div className={css.ruleBody}>
                <TextField
                  label="When a request matches"
                  error={at(`rules[${i}].when`)}
                  mono
                  value={rule.when}
                  placeholder="method:POST body.type:invoice.*"
                  onChange={(when) => set(i, { ...rule, when })}
                />
                <ReplyFields
                  saying={rule.reply}
                  targets={targets}
                  at={(field) => at(`rules[${i}].reply.${field}`)}
                  onChange={(part) => set(i, { ...rule, reply: { ...rule.reply, ...part } })}
                />
              </div>
            )}
          </li>
        ))}
      </ol>
      <div>
        <Button onClick={add}>Add rule</Button>
      </div>
    </div>
  );
}
