import type { ReactNode } from "react";
import { Button } from "./Button";
import css from "./parts.module.css";

interface AddressHintProps {
  /** What was made of the typed address. */
  read: {
    url: string;
    completed: boolean;
    doubt?: string | undefined;
    instead?: string | undefined;
  };
  /** Takes what may be meant instead. */
  onUse(url: string): void;
  /** What is said when there is nothing to say about the address. */
  children?: ReactNode;
}

/** Under a field for a URL: what was completed, and what looks mistyped. It stops nobody. */
export function AddressHint({ read, onUse, children }: AddressHintProps) {
  const { instead } = read;
  return (
    <>
      {read.completed && (
        <span className={css.goesTo}>
          Goes to <code>{read.url}</code>
        </span>
      )}
      {read.doubt && <span className={css.doubt}>{read.doubt}</span>}
      {instead && (
        <Button small className={css.instead} onClick={() => onUse(instead)}>
          Use {instead}
        </Button>
      )}
      {!read.completed && !read.doubt && children}
    </>
  );
}
