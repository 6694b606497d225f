import { type ReplyPart, replyDoes } from "../../model/reply";
import type { Endpoint } from "../../model/types";
import { INBOX } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useStatus, useTargets } from "../../state/queries";
import { SigningSection } from "../detail/signature/SigningSection";
import { CopyLine, FormDialog, TabPanel, Tabs, TextField } from "../parts";
import css from "./Endpoints.module.css";
import { HandshakesTab } from "./HandshakesTab";
import { ReplyFields } from "./ReplyFields";
import { ReplyPreviewPane } from "./ReplyPreviewPane";
import { RulesTab } from "./RulesTab";
import { TargetChoice } from "./TargetChoice";
import { type EndpointForm, useEndpointForm } from "./useEndpointForm";
import { type Tried, useReplyPreview } from "./useReplyPreview";

/** Makes an endpoint, or changes one. */
export function EndpointDialog({
  endpoint,
  first,
}: {
  endpoint: Endpoint | undefined;
  /** The part to begin with; the general one when absent. */
  first: ReplyPart | undefined;
}) {
  const desk = useDesk();
  const targets = useTargets().data ?? [];
  const form = useEndpointForm(endpoint, first);
  const { part, setPart, saving } = form;
  const tried = useReplyPreview({
    reply: form.tidied,
    own: true,
    targets: form.chosen,
    provider: form.signed.draft.provider,
    ...(endpoint ? { endpoint: endpoint.slug } : {}),
  });
  // The trial says what is wrong with the reply as it stands, saving said what was.
  const at = (field: string) => (tried.field === field ? tried.text : undefined);
  const wrongIn = (rules: boolean) => tried.field?.startsWith("reply.rules") === rules && tried.field !== "";
  const rules = form.reply.rules?.length ?? 0;
  const mark = (on: boolean) => (on ? "!" : "");
  return (
    <FormDialog
      title={endpoint ? `Endpoint ${endpoint.name}` : "New endpoint"}
      size={860}
      submit={endpoint ? "Save" : "Create endpoint"}
      onSubmit={form.submit}
      onClose={desk.dialogs.close}
      onLeave={form.leave}
      onRemove={endpoint && endpoint.slug !== INBOX ? form.remove : undefined}
      error={saving.other}
      disabled={saving.busy || form.slug === ""}
    >
      <div className={css.parts}>
        <Tabs<ReplyPart>
          id="endpoint"
          label="Endpoint"
          value={part}
          onChange={setPart}
          items={[
            { id: "general", label: "General" },
            { id: "forwarding", label: "Forwarding", extra: form.chosen.length || "" },
            { id: "reply", label: "Reply", extra: mark(tried.field !== undefined && wrongIn(false)) },
            {
              id: "rules",
              label: "Rules",
              extra: mark(tried.field !== undefined && wrongIn(true)) || rules || "",
            },
            { id: "handshakes", label: "Handshakes" },
            { id: "signature", label: "Signature" },
          ]}
        />
      </div>
      <TabPanel id="endpoint" tab={part} className={css.part}>
        {part === "general" && <General form={form} endpoint={endpoint} />}
        {part === "forwarding" && <Forwarding form={form} targets={targets} />}
        {part === "reply" && (
          <ReplyPartOf form={form} tried={tried} targets={targets.map((t) => t.name)} at={at} />
        )}
        {part === "rules" && (
          <RulesTab
            rules={form.reply.rules ?? []}
            targets={targets.map((t) => t.name)}
            at={(field) => at(`reply.${field}`)}
            onChange={(to) => form.changeReply({ rules: to })}
          />
        )}
        {part === "handshakes" && (
          <HandshakesTab
            set={form.reply.handshakes ?? {}}
            provider={form.signed.draft.provider}
            target={form.reply.mode === "target"}
            at={(field) => at(`reply.${field}`)}
            onChange={(handshakes) => form.changeReply({ handshakes })}
          />
        )}
        {part === "signature" && <SigningSection signing={form.signed} endpoint={endpoint} at={saving.at} />}
      </TabPanel>
    </FormDialog>
  );
}

function General({ form, endpoint }: { form: EndpointForm; endpoint: Endpoint | undefined }) {
  const desk = useDesk();
  const status = useStatus().data;
  const inbox = endpoint?.slug === INBOX;
  const url = `${status?.catch.url ?? ""}/${form.slug || "…"}`;
  const { at } = form.saving;
  const goes =
    form.chosen.length === 0 ? "nothing is forwarded" : `it is forwarded to ${form.chosen.join(", ")}`;
  return (
    <>
      <div className={css.two}>
        <TextField
          label="Name"
          error={at("name")}
          value={form.name}
          placeholder="Stripe"
          first
          onChange={form.setName}
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
          value={form.slug}
          disabled={inbox}
          placeholder="stripe"
          onChange={(text) => form.setSlug(text.replace(/^\s*\//, ""))}
        />
      </div>
      <CopyLine
        text={url}
        label="Copy URL"
        disabled={form.slug === ""}
        onCopy={() => desk.host.copyText(url)}
      />
      {endpoint && form.slug !== endpoint.slug && (
        <p className={css.warn}>
          The URL changes. What providers still send to /{endpoint.slug} arrives in inbox; the requests kept
          so far move along.
        </p>
      )}
      <p className={css.hint}>
        A request to it is kept, then the sender gets {form.reply.mode === "target" ? "" : "a reply that "}
        {replyDoes(form.reply)}; {goes}.
      </p>
    </>
  );
}

function Forwarding({ form, targets }: { form: EndpointForm; targets: { name: string; url: string }[] }) {
  return (
    <>
      <h3 className={css.title}>Forward each new request to</h3>
      <TargetChoice
        targets={targets.map((t) => ({ name: t.name, url: t.url }))}
        chosen={form.chosen}
        onChange={form.setChosen}
        fresh={form.fresh}
      />
      {form.chosen.length > 0 && (
        <TextField
          label="Only requests that match"
          error={form.saving.at("filter")}
          hint="A filter, as above the list; empty is all."
          mono
          value={form.filter}
          placeholder="method:POST event:invoice.*"
          onChange={form.setFilter}
        />
      )}
    </>
  );
}

interface ReplyPartProps {
  form: EndpointForm;
  tried: Tried;
  targets: readonly string[];
  at(field: string): string | undefined;
}

function ReplyPartOf({ form, tried, targets, at }: ReplyPartProps) {
  return (
    <div className={css.replyGrid}>
      <ReplyFields
        saying={form.reply}
        targets={targets}
        at={(field) => at(`reply.${field}`)}
        onChange={form.changeReply}
      />
      <ReplyPreviewPane tried={tried} />
    </div>
  );
}
