import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Detail, MarksPatch } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { useDialog } from "../../../state/dialogs";
import { reads } from "../../../state/queries";
import { Button, CloseIcon, PlusIcon } from "../../parts";
import css from "./Header.module.css";

/** The note and tags, shown when there are any and edited where they stand. */
export function Marks({ detail }: { detail: Detail }) {
  const { dialogs } = useDesk();
  const asked = useDialog("note")?.seq === detail.seq;
  const [editing, setEditing] = useState(false);
  const save = useMarks(detail);
  useLayoutEffect(() => {
    if (!asked) return;
    dialogs.close();
    setEditing(true);
  }, [asked, dialogs]);
  if (!editing && !detail.note && detail.tags.length === 0) return null;
  return (
    <div className={css.marks}>
      {editing ? (
        <NoteEditor
          note={detail.note ?? ""}
          onDone={(note) => {
            setEditing(false);
            if (note !== undefined && note !== (detail.note ?? "")) save({ note });
          }}
        />
      ) : (
        detail.note && (
          <button type="button" className={css.note} title="Edit the note" onClick={() => setEditing(true)}>
            {detail.note}
          </button>
        )
      )}
      <Tags tags={detail.tags} onChange={(tags) => save({ tags })} />
    </div>
  );
}

/** Writes marks: seen at once, taken back when the door refuses. */
function useMarks(detail: Detail) {
  const desk = useDesk();
  return async (patch: Pick<MarksPatch, "note" | "tags">): Promise<void> => {
    const { queryKey } = reads.detail(desk, detail.seq);
    await desk.queries.cancelQueries({ queryKey });
    desk.queries.setQueryData(queryKey, (now) => now && { ...now, ...patch });
    desk.list.patch(detail.seq, patch);
    try {
      await desk.door.mark(detail.seq, patch);
    } catch (error) {
      desk.list.patch(detail.seq, { note: detail.note, tags: detail.tags });
      desk.toasts.fail(error);
    }
    await desk.queries.invalidateQueries({ queryKey });
  };
}

function NoteEditor({ note, onDone }: { note: string; onDone(note: string | undefined): void }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(note);
  useEffect(() => {
    const place = area.current;
    place?.focus();
    place?.setSelectionRange(place.value.length, place.value.length);
  }, []);
  const leave = (value: string | undefined) => {
    onDone(value);
    document.getElementById("detail")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") leave(undefined);
    else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) leave(text.trim());
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={css.noteEditor}>
      <textarea
        ref={area}
        className={css.noteInput}
        aria-label="Note"
        placeholder="A note to this request"
        rows={Math.min(6, Math.max(2, text.split("\n").length))}
        maxLength={10_000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className={css.noteButtons}>
        <Button small look="primary" onClick={() => leave(text.trim())}>
          Save
        </Button>
        <Button small look="quiet" onClick={() => leave(undefined)}>
          Cancel
        </Button>
        <span className={css.hint}>Enter saves, Shift Enter breaks the line</span>
      </div>
    </div>
  );
}

function Tags({ tags, onChange }: { tags: readonly string[]; onChange(tags: string[]): void }) {
  const [text, setText] = useState<string | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const adding = text !== undefined;
  useEffect(() => {
    if (adding) input.current?.focus();
  }, [adding]);
  const add = () => {
    const made = (text ?? "").split(/[\s,]+/).filter((t) => t !== "" && !tags.includes(t));
    if (made.length > 0) onChange([...tags, ...new Set(made)]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") setText(undefined);
    else if (event.key === "Enter" || event.key === ",") {
      add();
      setText("");
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <ul className={css.tagList} aria-label="Tags">
      {tags.map((tag) => (
        <li key={tag} className={css.tag}>
          <span title={tag}>{tag}</span>
          <button
            type="button"
            aria-label={`Remove tag ${tag}`}
            onClick={() => onChange(tags.filter((t) => t !== tag))}
          >
            <CloseIcon size={11} />
          </button>
        </li>
      ))}
      <li>
        {adding ? (
          <input
            ref={input}
            className={css.tagInput}
            aria-label="New tag"
            maxLength={64}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
            onBlur={() => {
              add();
              setText(undefined);
            }}
          />
        ) : (
          <button type="button" className={css.addTag} onClick={() => setText("")}>
            <PlusIcon size={12} /> Tag
          </button>
        )}
      </li>
    </ul>
  );
}
