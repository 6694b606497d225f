import { useEffect, useRef } from "react";
import { ignorePattern, type Listed } from "../../model/comparing";
import { Button, Tag, type Tone } from "../parts";
import css from "./Compare.module.css";

const TONES: Record<Listed["change"]["op"], Tone> = {
  add: "good",
  remove: "bad",
  replace: "warn",
  move: "info",
};
const WORDS: Record<Listed["change"]["op"], string> = {
  add: "added",
  remove: "removed",
  replace: "changed",
  move: "moved",
};

interface ChangeListProps {
  changes: readonly Listed[];
  current: number;
  onPick(at: number): void;
  onIgnore(pattern: string): void;
}

/** Every change in a line: what, where, and the value before and after. */
export function ChangeList({ changes, current, onPick, onIgnore }: ChangeListProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current]);
  if (changes.length === 0) return null;
  return (
    <ol className={css.changes} aria-label="Changes" ref={list}>
      {changes.map((listed, at) => {
        const { section, change, index } = listed;
        const pattern = ignorePattern(listed);
        const here = at === current;
        return (
          <li
            key={`${section}-${index}`}
            data-current={here || undefined}
            data-faint={change.faint || undefined}
          >
            <button
              type="button"
              className={css.change}
              aria-current={here || undefined}
              onClick={() => onPick(at)}
            >
              <span className={css.op}>
                <Tag tone={change.faint ? "plain" : TONES[change.op]}>{WORDS[change.op]}</Tag>
              </span>
              <span className={css.section}>{section}</span>
              <span className={css.path}>
                {change.path || (change.op === "move" ? "order" : "all of it")}
                {change.to && ` → ${change.to}`}
              </span>
              <span className={css.values}>
                {change.left !== undefined && <span className={css.was}>{change.left}</span>}
                {change.left !== undefined && change.right !== undefined && <span aria-hidden="true">→</span>}
                {change.right !== undefined && <span className={css.is}>{change.right}</span>}
              </span>
            </button>
            {here && pattern && (
              <Button small look="quiet" onClick={() => onIgnore(pattern)} title={`Leave out ${pattern}`}>
                Ignore this path
              </Button>
            )}
          </li>
        );
      })}
    </ol>
  );
}
