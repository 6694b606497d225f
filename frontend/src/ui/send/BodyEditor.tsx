import { bytes } from "../../model/format";
import { formatJson } from "../../model/pretty";
import { Button, CodeView } from "../parts";
import type { Draft } from "./draft";
import css from "./Send.module.css";

/** The body of the copy as text, or what it is when it is none. */
export function BodyEditor(props: { draft: Draft; size: number; onChange(body: string | undefined): void }) {
  const { body } = props.draft;
  if (body === undefined) {
    return (
      <section className={css.part} aria-label="Body">
        <header>
          <h3>Body</h3>
          <span className={css.grow} />
          <Button small onClick={() => props.onChange("")}>
            Replace by text
          </Button>
        </header>
        <p className={css.quiet}>{bytes(props.size)} that are not plain text: sent as they arrived.</p>
      </section>
    );
  }
  const pretty = formatJson(body);
  const looksJson = /^\s*[[{]/.test(body);
  return (
    <section className={`${css.part} ${css.bodyPart}`} aria-label="Body">
      <header>
        <h3>Body</h3>
        <span className={css.dim}>{bytes(new TextEncoder().encode(body).length)}</span>
        {looksJson && pretty === undefined && (
          <span className={css.warn}>not valid JSON; it is sent as it is</span>
        )}
        <span className={css.grow} />
        <Button small disabled={pretty === undefined} onClick={() => props.onChange(pretty)}>
          Format JSON
        </Button>
      </header>
      <CodeView
        className={css.code}
        label="Body to send"
        text={body}
        {...(looksJson ? { language: "json" } : {})}
        onChange={props.onChange}
      />
    </section>
  );
}
