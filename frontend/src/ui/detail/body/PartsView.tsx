import { useMemo } from "react";
import { bytes as size } from "../../../model/format";
import { type Part, parseMultipart } from "../../../model/multipart";
import { decodeText, sniff } from "../../../model/sniff";
import { useDesk } from "../../../state/desk";
import { Button, CopyButton, DownloadIcon, Tag } from "../../parts";
import { fileName, save } from "../copy";
import detail from "../Detail.module.css";
import css from "./Body.module.css";
import { ImageView } from "./ImageView";
import type { BodySource } from "./source";
import type { Body } from "./useBody";

const PREVIEW = 4_000;

/** The parts of a multipart body. */
export function PartsView({ source, body }: { source: BodySource; body: Body }) {
  const { bytes, what, undone } = body;
  const boundary = what.boundary ?? "";
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
        <PartCard key={i} part={part} n={i} source={source} decoded={undone !== ""} />
      ))}
    </div>
  );
}

interface PartCardProps {
  part: Part;
  /** Its place, from 0. */
  n: number;
  source: BodySource;
  decoded: boolean;
}

function PartCard({ part, n, source, decoded }: PartCardProps) {
  const desk = useDesk();
  const what = useMemo(() => sniff(part.contentType, part.body), [part]);
  const isText = what.kind !== "binary" && what.kind !== "image" && what.kind !== "empty";
  const text = useMemo(() => (isText ? decodeText(part.body, what.charset).text : ""), [part, what, isText]);
  const name = part.name || `Part ${n + 1}`;
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
        {isText && <CopyButton iconOnly label={`Copy ${name}`} onCopy={() => desk.host.copyText(text)} />}
        <Button
          small
          look="quiet"
          icon={<DownloadIcon size={14} />}
          aria-label={`Download ${name}`}
          onClick={() =>
            void save(desk, source.partPath(n, decoded), partFile(source, n, what.image ?? part.contentType))
          }
        >
          Download
        </Button>
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

/** A name of our own: what a sender calls a part may be a path, or a program. */
function partFile(source: BodySource, n: number, type: string): string {
  return fileName(`${source.name}-part-${n + 1}`, type);
}
