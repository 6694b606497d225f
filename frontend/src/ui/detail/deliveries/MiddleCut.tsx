import css from "./Deliveries.module.css";

/** The end of a URL tells most; so much of it always stays. */
const TAIL = 22;

/** Text on one line, cut in its middle where there is no room; whole in the tooltip. */
export function MiddleCut({ text, title }: { text: string; title?: string }) {
  const at = Math.max(0, text.length - TAIL);
  return (
    <span className={css.middle} title={title ?? text}>
      {at > 0 && <span>{text.slice(0, at)}</span>}
      <span>{text.slice(at)}</span>
    </span>
  );
}
