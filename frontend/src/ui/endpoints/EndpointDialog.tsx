import { useState } from "react";
import { plural } from "../../model/format";
import { answerText, filled, slugOf } from "../../model/setup";
import type { Endpoint, EndpointInput, Reply } from "../../model/types";
import { INBOX } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useStatus, useTargets } from "../../state/queries";
import { useSaving } from "../../state/saving";
import { refreshSigning } from "../../state/signing";
import { SIGNING_FIELDS, TOLERANCE } from "../detail/signature/SigningForm";
import { SigningSection, useSigning } from "../detail/signature/SigningSection";
import { CopyLine, FormDialog, TextField } from "../parts";
import css from "./Endpoints.module.css";
import { ReplyFields } from "./ReplyFields";
import { TargetChoice } from "./TargetChoice";
import { useNewTarget } from "./useNewTarget";

const USUAL: Reply = {
  mode: "fixed",
  status: 200,
  headers: [["Content-Type", "text/plain; charset=utf-8"]],
  body: "ok",
};
const FIELDS = ["slug", "name", "reply.status", "reply.headers", "reply.delayMs", "filter", "targets"];

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
  const fresh = useNewTarget();
  const signed = useSigning(endpoint);
  const { busy, at, other, wrong, save } = useSaving([...FIELDS, ...SIGNING_FIELDS]);
  const slug = typedSlug ?? slugOf(name);
  const inbox = endpoint?.slug === INBOX;
  const url = `${status?.catch.url ?? ""}/${slug || "…"}`;
  const change = (part: Partial<Reply>) => setReply((now) => ({ ...now, ...part }));

  const submit = () =>
    void save(async () => {
      // A target that was typed and not yet added is meant all the same.
      const added = fresh.read.url === "" ? [] : [await fresh.add()];
      const named = added.filter((t) => t !== undefined);
      if (named.length < added.length) return;
      const goesTo = [...new Set([...chosen, ...named])];
      setChosen(goesTo);
      const signing = signed.input();
      if (!signing) return wrong("toleranceSeconds", TOLERANCE);
      const input: EndpointInput = {
        ...signing,
        slug,
        name: name.trim() || slug,
        reply: { ...reply, headers: filled(reply.headers ?? []) },
        targets: goesTo,
        filter: filter.trim(),
      };
      const made = endpoint
        ? await desk.door.changeEndpoint(endpoint.slug, input)
        : await desk.door.addEndpoint(input);
      await refreshSigning(desk);
      const renamed = endpoint && endpoint.slug !== made.slug;
      if (!endpoint || (renamed && desk.scope.get().endpoint === endpoint.slug))
        desk.setScope({ endpoint: made.slug });
      desk.dialogs.close();
      desk.toasts.show({
        tone: "good",
        text: endpoint ? `Saved ${made.name}` : `Listening on ${made.url}`,
        ...(endpoint ? {} : { action: { label: "Copy URL", run: () => desk.host.copyText(made.url) } }),
      });
    });
  const remove = () =>
    desk.dialogs.open("confirm", {
      title: `Delete the endpoint ${endpoint?.name}?`,
      text: `What is sent to its URL then arrives in inbox. ${plural(endpoint?.requests ?? 0, "request")} kept so far ${endpoint?.requests === 1 ? "stays" : "stay"} in the history.`,
      action: "Delete endpoint",
      danger: true,
      final: true,
      run: async () => {
        if (!endpoint) return;
        await desk.door.deleteEndpoint(endpoint.slug);
        if (desk.scope.get().endpoint === endpoint.slug) desk.setScope({ endpoint: undefined });
        await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      },
    });

  return (
    <FormDialog
      title={endpoint ? `Endpoint ${endpoint.name}` : "New endpoint"}
      size={720}
      submit={endpoint ? "Save" : "Create endpoint"}
      onSubmit={submit}
      onClose={desk.dialogs.close}
      onRemove={endpoint && !inbox ? remove : undefined}
      error={other}
      disabled={busy || slug === ""}
    >
      <div className={css.two}>
        <TextField
          label="Name"
          error={at("name")}
          value={name}
          placeholder="Stripe"
          first
          onChange={setName}
        />
        <TextField
          label="Path"
          error={at("slug")}
          hint={
            inbox
              ? "inbox gets what no other endpoint does, so its path stays."
              : "The word in the URL that leads here."
          }
          mono
          value={slug}
          disabled={inbox}
          placeholder="stripe"
          onChange={(text) => setSlug(text.replace(/^\s*\//, ""))}
        />
      </div>
      <CopyLine text={url} label="Copy URL" disabled={slug === ""} onCopy={() => desk.host.copyText(url)} />
      {endpoint && slug !== endpoint.slug && (
        <p className={css.warn}>
          The URL changes. What providers still send to /{endpoint.slug} arrives in inbox; the requests kept
          so far move along.
        </p>
      )}
      <h3 className={css.title}>Forward each new request to</h3>
      <TargetChoice
        targets={targets.map((t) => ({ name: t.name, url: t.url }))}
        chosen={chosen}
        onChange={setChosen}
        fresh={fresh}
      />
      {chosen.length > 0 && (
        <TextField
          label="Only requests that match"
          error={at("filter")}
          hint="A filter, as above the list; empty is all."
          mono
          value={filter}
          placeholder="method:POST event:invoice.*"
          onChange={setFilter}
        />
      )}
      <h3 className={css.title}>Reply to the sender</h3>
      <div className={css.replyGrid}>
        <ReplyFields reply={reply} at={at} onChange={change} />
        <pre className={css.preview}>{answerText({ ...reply, headers: filled(reply.headers ?? []) })}</pre>
      </div>
      <h3 className={css.title}>Signatures</h3>
      <SigningSection signing={signed} endpoint={endpoint} at={at} />
    </FormDialog>
  );
}
