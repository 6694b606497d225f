import type { ReactNode } from "react";
import { bytes as size } from "../../../model/format";
import css from "../Detail.module.css";
import type { BodySource } from "./source";
import type { Body } from "./useBody";
import { MOST_PRETTY } from "./views";

/** What must be known to read the body right. `fault` is why it is not the JSON it says. */
export function Notes({ source, body, fault }: { source: BodySource; body: Body; fault?: string }) {
  const { what } = body;
  return (
    <>
      {body.undone && (
        <Note>
          Sent as {body.undone}, {size(source.bodyBytes)}; shown decoded
          {body.whole ? `, ${size(body.bytes.length)}` : ""}.
        </Note>
      )}
      {body.fault && <Note warn>Shown as sent: {withStop(body.fault)}</Note>}
      {fault && <Note warn>Not valid JSON: {withStop(fault)}</Note>}
      {source.cut && <Note warn>{source.cut}</Note>}
      {!body.whole && !source.cut && (
        <Note>
          {body.undone ? "More than can be shown" : `The body has ${size(source.bodyBytes)}`}: the first{" "}
          {size(body.bytes.length)} are here. Download it to see all of it.
        </Note>
      )}
      {body.whole && body.bytes.length > MOST_PRETTY && what.kind === "json" && !fault && (
        <Note>Pretty is left out above {size(MOST_PRETTY)}.</Note>
      )}
      {what.kind === "binary" && (
        <Note>
          Not text{what.mime ? ` (${what.mime})` : ""}, {size(body.bytes.length)}.
        </Note>
      )}
    </>
  );
}

function Note({ warn, children }: { warn?: boolean; children: ReactNode }) {
  return (
    <div className={css.strip} data-tone={warn ? "warn" : undefined} role="note">
      <span>{children}</span>
    </div>
  );
}

const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
