import css from "./Deliveries.module.css";

/** What the target's transform wrote with console.log while it made what was sent. */
export function TransformLogs({ lines }: { lines: string[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section className={css.logs} aria-label="Console of the transform" tabIndex={0}>
      <h3>Console of the transform</h3>
      <pre>{lines.join("\n")}</pre>
    </section>
  );
}
