import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { bytes } from "../../model/format";
import { decodeText, headText, sniff } from "../../model/sniff";
import type { Detail } from "../../model/types";
import { useDesk } from "../../state/desk";
import { reads } from "../../state/queries";
import { words } from "../../state/toasts";
import { Button, CopyButton, DownloadIcon } from "../parts";
import { LARGE } from "./body/source";
import { copyHttp, saveRaw } from "./copy";
import css from "./Detail.module.css";
import { TextLines } from "./TextLines";

/** The request as it came over the wire. */
export function RawTab({ detail }: { detail: Detail }) {
  const desk = useDesk();
  const [marks, setMarks] = useState(false);
  const head = useQuery(reads.head(desk, detail.seq));
  const body = useQuery(reads.bodyStart(desk, detail.seq, LARGE, false));
  const shown = useMemo(() => {
    if (!head.data || !body.data) return undefined;
    const { kind, charset } = sniff(detail.contentType, body.data.bytes);
    const isText = kind !== "binary" && kind !== "image";
    const text = headText(head.data) + (isText ? decodeText(body.data.bytes, charset).text : "");
    return { text, isText };
  }, [head.data, body.data, detail.contentType]);
  const error = head.error ?? body.error;
  return (
    <>
      <div className={css.tools}>
        <Button small look="quiet" aria-pressed={marks} onClick={() => setMarks(!marks)}>
          Line ends
        </Button>
        <span className={css.space} />
        <CopyButton small label="Copy" disabled={!shown?.isText} onCopy={() => copyHttp(desk, detail)} />
        <Button
          small
          icon={<DownloadIcon size={14} />}
          title="Head and body, byte for byte"
          onClick={() => void saveRaw(desk, detail.seq)}
        >
          Download request
        </Button>
      </div>
      {shown && !shown.isText && (
        <div className={css.strip}>
          {detail.bodyBytes === 0
            ? "The request had no body."
            : `The body, ${bytes(detail.bodyBytes)}, is not text. Its bytes are under Body, Hex.`}
        </div>
      )}
      {body.data && !body.data.whole && (
        <div className={css.strip}>
          The body has {bytes(detail.bodyBytes)}; its first {bytes(LARGE)} are shown.
        </div>
      )}
      {error && <p className={css.quietEmpty}>{words(error)}</p>}
      {shown && <TextLines text={shown.text} label="The request as sent" marks={marks} place="raw" />}
    </>
  );
}
