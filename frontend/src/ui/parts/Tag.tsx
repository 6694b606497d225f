import type { ReactNode } from "react";
import css from "./parts.module.css";

export type Tone = "good" | "bad" | "warn" | "info" | "purple" | "plain";

/** A word on a tinted ground. */
export function Tag({
  tone = "plain",
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children: ReactNode;
}) {
  return (
    <span className={`${css.tag} ${css[`tone-${tone}`]}`} title={title}>
      {children}
    </span>
  );
}

/** A small coloured dot beside words that say the same. */
export function Dot({ tone = "plain" }: { tone?: Tone }) {
  return <i className={`${css.dot} ${css[`dot-${tone}`]}`} aria-hidden="true" />;
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className={css.kbd}>{children}</kbd>;
}
