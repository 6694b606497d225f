import { holdsJson } from "../../model/form";
import { bytes } from "../../model/format";
import { breaksOut, type PartDraft, type SampleParts } from "../../model/sampleparts";
import { Button, CloseIcon, IconButton, inputClass, Tag } from "../parts";
import css from "./Samples.module.css";

interface PartRowsProps {
  parts: SampleParts;
  /** As they are edited. */
  drafts: readonly PartDraft[];
  onChange(drafts: PartDraft[]): void;
}

/** The parts of a multipart body in their order: names and texts to be edited, files as they are. */
export function PartRows({ parts, drafts, onChange }: PartRowsProps) {
  const set = (at: number, part: Partial<PartDraft>) =>
    onChange(drafts.map((d, i) => (i === at ? { ...d, ...part } : d)));
  return (
    <div className={css.rows}>
      {drafts.map((draft, i) => {
        const of = draft.of === undefined ? undefined : parts.parts[draft.of];
        const name = draft.name || String(i + 1);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other identity
          <div key={i} className={css.row}>
            <div className={css.partNames}>
              <input
                className={inputClass}
                aria-label={`Name of part ${i + 1}`}
                spellCheck={false}
                value={draft.name}
                onChange={(e) => set(i, { name: e.currentTarget.value })}
              />
              {draft.filename !== undefined && (
                <input
                  className={inputClass}
                  aria-label={`File name of part ${name}`}
                  spellCheck={false}
                  value={draft.filename}
                  onChange={(e) => set(i, { filename: e.currentTarget.value })}
                />
              )}
              {draft.filename !== undefined && <Tag title={of?.contentType}>{of?.contentType}</Tag>}
            </div>
            <Value
              name={name}
              text={draft.text}
              size={of?.body.length ?? 0}
              wrong={breaksOut(draft.text, parts.boundary)}
              onChange={(text) => set(i, { text })}
            />
            <IconButton
              label={`Remove part ${name}`}
              icon={<CloseIcon />}
              onClick={() => onChange(drafts.filter((_, at) => at !== i))}
            />
          </div>
        );
      })}
      <Button small className={css.add} onClick={() => onChange([...drafts, { name: "", text: "" }])}>
        Add field
      </Button>
    </div>
  );
}

interface ValueProps {
  name: string;
  /** Undefined when the bytes are no text. */
  text: string | undefined;
  size: number;
  wrong: boolean;
  onChange(text: string): void;
}

function Value({ name, text, size, wrong, onChange }: ValueProps) {
  if (text === undefined)
    return <p className={css.asIs}>{bytes(size)} that are no text: sent as they are.</p>;
  const field = {
    className: inputClass,
    "aria-label": `Value of part ${name}`,
    "aria-invalid": wrong || undefined,
    spellCheck: false,
    value: text,
  };
  const long = text.includes("\n") || holdsJson(text);
  return (
    <div className={css.partValue}>
      {long ? (
        <textarea
          {...field}
          rows={Math.min(8, Math.max(4, text.split("\n").length + 1))}
          onChange={(e) => onChange(e.currentTarget.value)}
        />
      ) : (
        <input {...field} onChange={(e) => onChange(e.currentTarget.value)} />
      )}
      {wrong && (
        <p className={css.error} role="alert">
          It holds the mark between the parts: what follows is read as a part of its own.
        </p>
      )}
    </div>
  );
}
