import { type FormEvent, useState } from "react";
import { answerText, filled, slugOf } from "../../model/setup";
import { DoorError, type Endpoint, type EndpointInput, type Reply } from "../../model/types";
import { INBOX } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useStatus, useTargets } from "../../state/queries";
import { words } from "../../state/toasts";
import { Button, CopyButton, Dialog, Field, inputClass } from "../parts";
import css from "./Endpoints.module.css";
import { ReplyFields } from "./ReplyFields";
import { TargetChoice } from "./TargetChoice";

const USUAL: Reply = {
  mode: "fixed",
  status: 200,
  headers: [["Content-Type", "text/plain; charset=utf-8"]],
  body: "ok",
};

/** Makes an endpoint, or changes one. */
export function EndpointDialog({ endpoint }: { endpoint: Endpoint | undefined }) {
  const desk = useDesk();
  const status = useStatus().data;
  const targets = useTargets().data ?? [];
  const [name, setName] = useState(endpoint?.name ?? "");
  const [typedSlug, setSlug] = useState(endpoint?.slug);
  const [reply, setReply] = useState<Reply>(endpoint?.reply ?? USUAL);
  const [chosen, setChosen] = useState<string[]>(endpoint?.targets ?? []);
  const [filter, setFilter] = useState(endpoint?.filter ?? "");
  const [error, setError] = useState<{ field: string; text: string }>();
  const [busy, setBusy] = useState(false);
  const slug = typedSlug ?? slugOf(name);
  const inbox = endpoint?.slug === INBOX;
  const url = `${status?.catch.url ?? ""}/${slug || "…"}`;
  const change = (part: Partial<Reply>) => setReply((now) => ({ ...now, ...part }));
  const at = (field: string) => (error?.field === field ? error.text : undefined);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const input: EndpointInput = {
        slug,
        name: name.trim() || slug,
        reply: { ...reply, headers: filled(reply.headers ?? []) },
        targets: chosen,
        filter: filter.trim(),
      };
      const made = endpoint
        ? await desk.door.changeEndpoint(endpoint.slug, input)
        : await desk.door.addEndpoint(input);
      await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      const renamed = endpoint && endpoint.slug !== made.slug;
      if (!endpoint || (renamed && desk.scope.get().endpoint === endpoint.slug))
        desk.setScope({ endpoint: made.slug });
      desk.dialogs.close();
      desk.toasts.show({
        tone: "good",
        text: endpoint ? `Saved ${made.name}` : `Catching on ${made.url}`,
        ...(endpoint ? {} : { action: { label: "Copy URL", run: () => desk.host.copyText(made.url) } }),
      });
    } catch (reason) {
      setError({ field: reason instanceof DoorError ? reason.field : "", text: words(reason) });
    } finally {
      setBusy(false);
    }
  };
  const remove = () =>
    desk.dialogs.open("confirm", {
      title: `Delete the endpoint ${endpoint?.name}?`,
      text: `Its URL then leads to inbox. The ${endpoint?.requests ?? 0} requests that it caught stay in the history.`,
      action: "Delete endpoint",
      danger: true,
      run: async () => {
        if (!endpoint) return;
        await desk.door.deleteEndpoint(endpoint.slug);
        if (desk.scope.get().endpoint === endpoint.slug) desk.setScope({ endpoint: undefined });
        await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      },
    });
  const known = ["slug", "name", "reply.status", "reply.headers", "reply.delayMs", "filter", "targets"];
  const other = error && !known.includes(error.field) ? error.text : undefined;

  return (
    <Dialog
      open
      onClose={desk.dialogs.close}
      title={endpoint ? `Endpoint ${endpoint.name}` : "New endpoint"}
      size={720}
      footer={
        <>
          {endpoint && !inbox && (
            <Button look="danger" onClick={remove}>
              Delete…
            </Button>
          )}
          <span className={css.footNote} role={other ? "alert" : undefined}>
            {other}
          </span>
          <Button onClick={desk.dialogs.close}>Cancel</Button>
          <Button look="primary" type="submit" form="endpoint-form" disabled={busy || slug === ""}>
            {endpoint ? "Save" : "Create endpoint"}
          </Button>
        </>
      }
    >
      <form id="endpoint-form" className={css.form} onSubmit={(event) => void save(event)}>
        <div className={css.two}>
          <Field label="Name" error={at("name")}>
            {(ids) => (
              <input
                {...ids}
                className={inputClass}
                value={name}
                placeholder="Stripe"
                data-autofocus
                onChange={(e) => setName(e.currentTarget.value)}
              />
            )}
          </Field>
          <Field
            label="Slug"
            error={at("slug")}
            hint={
              inbox
                ? "inbox catches what no other endpoint does, and keeps its slug."
                : "The first part of the path."
            }
          >
            {(ids) => (
              <input
                {...ids}
                className={`${inputClass} ${css.mono}`}
                value={slug}
                disabled={inbox}
                spellCheck={false}
                placeholder="stripe"
                onChange={(e) => setSlug(e.currentTarget.value)}
              />
            )}
          </Field>
        </div>
        <div className={css.url}>
          <code>{url}</code>
          <CopyButton small label="Copy URL" disabled={slug === ""} onCopy={() => desk.host.copyText(url)} />
        </div>
        {endpoint && slug !== endpoint.slug && (
          <p className={css.warn}>
            The URL changes. What providers still send to /{endpoint.slug} is caught by inbox; the requests
            kept so far move along.
          </p>
        )}
        <h3>Forward each new request to</h3>
        <TargetChoice
          targets={targets.map((t) => ({ name: t.name, url: t.url }))}
          chosen={chosen}
          onChange={setChosen}
        />
        {chosen.length > 0 && (
          <Field
            label="Only requests that match"
            error={at("filter")}
            hint="A filter, as above the list; empty is all."
          >
            {(ids) => (
              <input
                {...ids}
                className={`${inputClass} ${css.mono}`}
                value={filter}
                placeholder="method:POST event:invoice.*"
                spellCheck={false}
                onChange={(e) => setFilter(e.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <h3>Reply to the sender</h3>
        <div className={css.replyGrid}>
          <ReplyFields reply={reply} at={at} onChange={change} />
          <pre className={css.preview}>{answerText({ ...reply, headers: filled(reply.headers ?? []) })}</pre>
        </div>
      </form>
    </Dialog>
  );
}
