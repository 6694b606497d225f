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
  return preview.request === 0
    ? "To an empty request, as nothing was caught yet"
    : `To request #${preview.request}`;
}

/** What comes before or in place of what is shown. */
function about(preview: ReplyPreview): string {
  const fault = FAULTS.find((f) => f.id === preview.fault?.kind);
  const rule = /^rule:(\d+)/.exec(preview.told ?? "")?.[1];
  const parts = [
    handshakeTold(preview.told) && "were it no handshake, which is answered as its provider wants it",
    rule && `were it not for rule ${rule}, which answers it`,
    preview.waits && `when ${preview.waits} gives no answer`,
    fault && `with a fault: ${fault.label.toLowerCase()}`,
  ];
  const said = parts.filter(Boolean).join("; ");
  return said && `, ${said}`;
}
