import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { changesText, ms, statusTone } from "../../model/format";
import { readAddress } from "../../model/setup";
import { type Attempt, type Delivery, type Detail, DoorError } from "../../model/types";
import { useDesk } from "../../state/desk";
import { reads } from "../../state/queries";
import { finished, lastUrl, post, recentUrls, rememberUrl } from "../../state/sending";
import { withResign } from "../../state/signing";
import { words } from "../../state/toasts";
import { AttemptView } from "../detail/deliveries/AttemptView";
import { ResignFor } from "../detail/signature/ResignFor";
import { AddressHint, Button, Dialog, EmptyState, inputClass, Tag } from "../parts";
import { BodyEditor } from "./BodyEditor";
import { type Draft, draftOf, editsOf, textOf } from "./draft";
import { HeadersEditor } from "./HeadersEditor";
import css from "./Send.module.css";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** Opens a copy of a request for editing and sends it; what is not sent stays until the window closes. */
export function EditDialog({ seq, drafts }: { seq: number; drafts: Map<number, Draft> }) {
  const desk = useDesk();
  const detailRead = useQuery(reads.detail(desk, seq));
  const bodyRead = useQuery(reads.body(desk, seq));
  const whereRead = useQuery({
    queryKey: ["request", seq, "where"],
    queryFn: async () => (await lastUrl(desk, seq)) ?? recentUrls()[0] ?? "",
    staleTime: 0,
  });
  const [detail, body, where] = [detailRead.data, bodyRead.data, whereRead.data];
  const failed = detailRead.error ?? bodyRead.error ?? whereRead.error;
  if (!detail || !body || where === undefined) {
    return (
      <Dialog open onClose={desk.dialogs.close} title={`Edit and send request #${seq}`} size={980} tall>
        {failed ? (
          <EmptyState title="The request cannot be read">{words(failed)}</EmptyState>
        ) : (
          <p className={css.quiet}>Reading the request…</p>
        )}
      </Dialog>
    );
  }
  const encoding = detail.headers.find(([n]) => n.toLowerCase() === "content-encoding")?.[1] ?? "";
  return <Editor detail={detail} text={textOf(body, encoding)} url={where} drafts={drafts} />;
}

interface EditorProps {
  detail: Detail;
  /** The body, undefined when it is not text. */
  text: string | undefined;
  url: string;
  drafts: Map<number, Draft>;
}

function Editor({ detail, text, url, drafts }: EditorProps) {
  const desk = useDesk();
  const seq = detail.seq;
  const fresh = () => draftOf(detail, url, text);
  const [draft, setDraft] = useState<Draft>(() => drafts.get(seq) ?? fresh());
  const [error, setError] = useState<{ field: string; text: string }>();
  const [sending, setSending] = useState(false);
  const [sent, setSent] = useState<Delivery>();
  /** Of the header lines as text, which are then not those of the draft. */
  const [badLines, setBadLines] = useState(false);
  /** Counts how often the draft was put back. */
  const [round, setRound] = useState(0);
  const change = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const edits = editsOf(draft, detail, text);
  const touched = edits !== undefined || draft.url !== url;
  useEffect(() => {
    if (touched) drafts.set(seq, draft);
    else drafts.delete(seq);
  }, [drafts, seq, draft, touched]);

  const address = readAddress(draft.url);

  const send = async () => {
    if (badLines) return;
    setSending(true);
    setError(undefined);
    try {
      const [made] = await post(
        desk,
        seq,
        await withResign(desk, seq, { url: address.url, ...(edits ? { edits } : {}) }),
      );
      rememberUrl(address.url);
      if (made) setSent(await finished(desk, seq, made.id));
    } catch (reason) {
      setError({ field: reason instanceof DoorError ? reason.field : "", text: words(reason) });
    } finally {
      setSending(false);
    }
  };
  const reset = () => {
    setDraft(fresh());
    setError(undefined);
    setBadLines(false);
    setRound(round + 1);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || sending) return;
    event.preventDefault();
    event.stopPropagation();
    void send();
  };
  const at = (field: string) => (error?.field === field ? error.text : undefined);
  const elsewhere =
    error && !["url", "edits.method", "edits.headers"].includes(error.field) ? error.text : undefined;
  const attempt = sent?.attempts.at(-1);

  return (
    <Dialog
      open
      onClose={desk.dialogs.close}
      title={`Edit and send request #${seq}`}
      size={attempt ? "min(1400px, 94vw)" : 980}
      tall
      footer={
        <>
          <span className={css.footNote} role={elsewhere ? "alert" : undefined}>
            {elsewhere ?? (edits ? "The request itself stays as it arrived." : "Nothing is changed yet.")}
          </span>
          <Button onClick={reset} disabled={!touched && !badLines}>
            Reset
          </Button>
          <Button
            look="primary"
            kbd={desk.mac ? "⌘ ↵" : "Ctrl ↵"}
            disabled={sending || badLines}
            onClick={() => void send()}
          >
            {sending ? "Sending…" : "Send"}
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the shortcut of the Send button, for the whole form */}
      <div className={css.sides} onKeyDown={onKeyDown}>
        <div className={css.editor}>
          <div className={css.lineRow}>
            <input
              className={`${inputClass} ${css.method}`}
              aria-label="Method"
              aria-invalid={at("edits.method") ? true : undefined}
              list="methods"
              value={draft.method}
              onChange={(e) => change({ method: e.currentTarget.value })}
            />
            <datalist id="methods">
              {METHODS.map((m) => (
                <option key={m} value={m} />
              ))}
            </datalist>
            <input
              className={`${inputClass} ${css.url}`}
              aria-label="URL"
              aria-invalid={at("url") ? true : undefined}
              data-autofocus
              spellCheck={false}
              placeholder="Where to send it, such as http://localhost:3000/webhooks"
              value={draft.url}
              onChange={(e) => change({ url: e.currentTarget.value })}
            />
          </div>
          {(at("url") ?? at("edits.method")) ? (
            <p className={css.error} role="alert">
              {at("url") ?? at("edits.method")}
            </p>
          ) : (
            (address.completed || address.doubt) && (
              <div className={css.under}>
                <AddressHint read={address} onUse={(to) => change({ url: to })} />
              </div>
            )
          )}
          <HeadersEditor
            key={round}
            headers={draft.headers}
            error={at("edits.headers")}
            onChange={(headers) => change({ headers })}
            onBad={setBadLines}
          />
          <BodyEditor draft={draft} size={detail.bodyBytes} onChange={(body) => change({ body })} />
          <ResignFor seq={seq} />
        </div>
        {attempt && <Answer attempt={attempt} key={attempt.id} />}
      </div>
    </Dialog>
  );
}

/** What came back, beside the form; below it in a narrow window, and then brought into view. */
function Answer({ attempt }: { attempt: Attempt }) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const { status } = attempt;
  return (
    <section className={css.answer} aria-label="Answer" ref={place}>
      <div className={css.answerHead} role="status">
        <h3>Answer</h3>
        {status === undefined ? <Tag tone="bad">none</Tag> : <Tag tone={statusTone(status)}>{status}</Tag>}
        <span className={css.dim}>
          in {ms(attempt.phasesMs.total)}
          {attempt.changes === undefined ? "" : `, ${changesText(attempt.changes)}`}
        </span>
      </div>
      <AttemptView attempt={attempt} />
    </section>
  );
}
