import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Detail } from "../../model/types";
import { useDesk } from "../../state/desk";
import { reads } from "../../state/queries";
import { words } from "../../state/toasts";
import { Button, Dialog, Field, inputClass } from "../parts";
import css from "./Send.module.css";

/** The note and tags of one request. */
export function NoteDialog({ seq }: { seq: number }) {
  const desk = useDesk();
  const detail = useQuery(reads.detail(desk, seq)).data;
  if (!detail) return null;
  return <NoteForm detail={detail} />;
}

function NoteForm({ detail }: { detail: Detail }) {
  const desk = useDesk();
  const [note, setNote] = useState(detail.note ?? "");
  const [tags, setTags] = useState(detail.tags.join(" "));
  const [error, setError] = useState<string>();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const row = await desk.door.mark(detail.seq, {
        note: note.trim(),
        tags: tags.split(/[\s,]+/).filter(Boolean),
      });
      desk.list.patch(detail.seq, { note: row.note, tags: row.tags });
      await desk.queries.invalidateQueries({ queryKey: ["request", detail.seq] });
      desk.dialogs.close();
    } catch (reason) {
      setError(words(reason));
    }
  };
  return (
    <Dialog
      open
      onClose={desk.dialogs.close}
      title={`Note on request #${detail.seq}`}
      size={480}
      footer={
        <>
          <Button onClick={desk.dialogs.close}>Cancel</Button>
          <Button look="primary" type="submit" form="note-form">
            Save
          </Button>
        </>
      }
    >
      <form id="note-form" className={css.forward} onSubmit={(event) => void save(event)}>
        <Field label="Note" hint="Found by the filter, as note:word.">
          {(ids) => (
            <textarea
              {...ids}
              className={inputClass}
              rows={4}
              maxLength={10_000}
              data-autofocus
              value={note}
              onChange={(e) => setNote(e.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Tags" error={error} hint="Words, with blanks between them; found as tag:word.">
          {(ids) => (
            <input
              {...ids}
              className={inputClass}
              value={tags}
              onChange={(e) => setTags(e.currentTarget.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
