import { useMemo } from "react";
import { bytes as size } from "../../../model/format";
import { type Part, parseMultipart } from "../../../model/multipart";
import { decodeText, sniff } from "../../../model/sniff";
import { useDesk } from "../../../state/desk";
import { Button, CopyButton, DownloadIcon, Tag } from "../../parts";
import detail from "../Detail.module.css";
import css from "./Body.module.css";
import { ImageView } from "./ImageView";
import { saveBytes } from "./saveBytes";

const PREVIEW = 4_000;

/** The parts of a multipart body. */
export function PartsView({ bytes, boundary }: { bytes: Uint8Array<ArrayBuffer>; boundary: string }) {
  const { parts, fault } = useMemo(() => parseMultipart(bytes, boundary), [bytes, boundary]);
  return (
    <div className={detail.scroll}>
      {fault && (
        <p className={css.fault} role="note">
          This multipart body is not whole: {fault}.
        </p>
      )}
      {parts.map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts never move
        <PartCard key={i} part={part} n={i + 1} />
      ))}
    </div>
  );
}

function PartCard({ part, n }: { part: Part; n: number }) {
  const { host } = useDesk();
  const what = useMemo(() => sniff(part.contentType, part.body), [part]);
  const isText = what.kind !== "binary" && what.kind !== "image" && what.kind !== "empty";
  const text = useMemo(() => (isText ? decodeText(part.body, what.charset).text : ""), [part, what, isText]);
  const name = part.name || `Part ${n}`;
  return (
    <section className={css.part} aria-label={name}>
      <div className={css.partHead}>
        <b title={name}>{name}</b>
        {part.filename !== undefined && (
          <span className={css.fileName} title={part.filename}>
            {part.filename}
          </span>
        )}
        <Tag title={part.contentType}>{what.mime || part.contentType}</Tag>
        <span className={detail.dim}>{size(part.body.length)}</span>
        <span className={detail.space} />
        {isText && <CopyButton iconOnly label={`Copy ${name}`} onCopy={() => host.copyText(text)} />}
        {/* The window cannot save what only the page holds. */}
        {host.kind === "browser" && (
          <Button
            small
            look="quiet"
            icon={<DownloadIcon size={14} />}
            aria-label={`Download ${name}`}
            onClick={() => saveBytes(part.body, safeName(part.filename ?? name))}
          >
            Download
          </Button>
        )}
      </div>
      {isText && (
        <pre className={css.partText}>
          {text.slice(0, PREVIEW)}
          {text.length > PREVIEW && <span className={css.none}> … {size(part.body.length)} in all</span>}
        </pre>
      )}
      {what.image && <ImageView bytes={part.body} type={what.image} />}
      {what.kind === "empty" && <p className={css.partNote}>Empty.</p>}
      {what.kind === "binary" && <p className={css.partNote}>Not text.</p>}
    </section>
  );
}

/** The last piece of a path that a sender made up, without what file systems dislike. */
function safeName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  return last.replace(/[\x00-\x1f:*?"<>|]/g, "_").replace(/^\.+/, "") || "part";
}
