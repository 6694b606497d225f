import { FAULTS } from "../../model/reply";
import { answerText } from "../../model/setup";
import { handshakeTold } from "../../model/told";
import type { ReplyPreview } from "../../model/types";
import css from "./Reply.module.css";
import type { Tried } from "./useReplyPreview";

/** What the newest request would be told. */
export function ReplyPreviewPane({ tried }: { tried: Tried }) {
  const { preview, text } = tried;
  return (
    <section className={css.previewPane} aria-label="Preview of the answer">
      <p className={css.previewTitle}>
        {preview ? toWhom(preview) : "What the sender would be told"}
        {preview && about(preview) && <span className={css.previewNote}>{about(preview)}</span>}
      </p>
      {tried.field === "" && <p role="alert">{text}</p>}
      {preview && (
        <pre className={css.preview} data-stale={text !== undefined || undefined}>
          {answerText(
            { status: preview.status, headers: preview.headers, body: preview.text },
            preview.request || undefined,
            preview.bytes,
          )}
        </pre>
      )}
    </section>
  );
}

function toWhom(preview: ReplyPreview): string {
  return preview.request === 0 ? "Nothing caught yet; an empty request" : `Request #${preview.request}`;
}

/** What comes before or in place of what is shown. */
function about(preview: ReplyPreview): string {
  const handshake = handshakeTold(preview.told);
  const fault = FAULTS.find((f) => f.id === preview.fault?.kind);
  const parts = [
    handshake && "is a handshake, answered so",
    preview.told?.startsWith("rule:") && `is answered by rule ${preview.told.slice("rule:".length)}`,
    preview.waits && `waits for ${preview.waits}; this is the fallback of its own`,
    fault && `fault: ${fault.label.toLowerCase()}`,
  ];
  const said = parts.filter(Boolean).join(" · ");
  return said && ` ${said}`;
}
