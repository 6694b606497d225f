import { useMemo, useState } from "react";
import { bytes as size } from "../../../model/format";
import { hexDump } from "../../../model/hex";
import { bytesOfBase64 } from "../../../model/signature";
import { useDesk } from "../../../state/desk";
import { CopyButton, Segmented } from "../../parts";
import css from "./Signature.module.css";

/** More than this is copied, not drawn. */
const MOST = 16 * 1024;

type View = "text" | "hex";

const VIEWS: readonly { id: View; label: string }[] = [
  { id: "text", label: "Text" },
  { id: "hex", label: "Hex" },
];

/** The exact bytes that a signature is made over. */
export function SignedBytes({ base64, total }: { base64: string; total: number }) {
  const { host } = useDesk();
  const [view, setView] = useState<View>("text");
  const bytes = useMemo(() => bytesOfBase64(base64), [base64]);
  const part = bytes.subarray(0, MOST);
  const shown = useMemo(
    () => (view === "hex" ? hexDump(part) : visible(new TextDecoder().decode(part))),
    [view, part],
  );
  const whole = () => (view === "hex" ? hexDump(bytes, bytes.length) : new TextDecoder().decode(bytes));
  return (
    <section className={css.bytes} aria-label="Signed bytes">
      <header>
        <h3 className={css.subtitle}>Signed bytes</h3>
        <span className={css.faint}>{size(total)}</span>
        <span className={css.grow} />
        <Segmented<View> label="Show signed bytes as" items={VIEWS} value={view} onChange={setView} />
        <CopyButton small label="Copy" title="Copy the signed bytes" onCopy={() => host.copyText(whole())} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard */}
      <pre tabIndex={0}>
        {total === 0 ? <span className={css.faint}>nothing: the message is empty</span> : shown}
      </pre>
      {part.length < total && (
        <p className={css.note}>
          The first {size(part.length)} of {size(total)} are shown
          {bytes.length < total ? `; copying takes the first ${size(bytes.length)}.` : "; copying takes all."}
        </p>
      )}
    </section>
  );
}

/** A line end that cannot be seen decides over signatures: returns, a last line end, tabs and NUL get a sign. */
function visible(text: string): string {
  return text.replace(/\r/g, "␍").replace(/\n$/, "␊").replace(/\t/g, "␉").replaceAll("\0", "␀");
}
