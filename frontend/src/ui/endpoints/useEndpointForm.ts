import { useState } from "react";
import { plural } from "../../model/format";
import { partOf, type ReplyPart } from "../../model/reply";
import { filled, slugOf } from "../../model/setup";
import type { Endpoint, EndpointInput, Reply } from "../../model/types";
import { useDesk } from "../../state/desk";
import { useLeave, useSaving } from "../../state/saving";
import { refreshSigning } from "../../state/signing";
import { TOLERANCE } from "../detail/signature/SigningForm";
import { useSigning } from "../detail/signature/SigningSection";
import { useNewTarget } from "./useNewTarget";

const USUAL: Reply = {
  mode: "fixed",
  status: 200,
  headers: [["Content-Type", "text/plain; charset=utf-8"]],
  body: "ok",
};

/** A reply without the header lines that were left empty. */
function tidy(reply: Reply): Reply {
  return {
    ...reply,
    headers: filled(reply.headers ?? []),
    rules: (reply.rules ?? []).map((r) => ({
      when: r.when.trim(),
      reply: { ...r.reply, headers: filled(r.reply.headers ?? []) },
    })),
  };
}

/** What the editor of an endpoint holds, and how it is saved. */
export function useEndpointForm(endpoint: Endpoint | undefined, first: ReplyPart = "general") {
  const desk = useDesk();
  const [name, setName] = useState(endpoint?.name ?? "");
  const [typedSlug, setSlug] = useState(endpoint?.slug);
  const [reply, setReply] = useState<Reply>(endpoint?.reply ?? USUAL);
  const [chosen, setChosen] = useState<string[]>(endpoint?.targets ?? []);
  const [filter, setFilter] = useState(endpoint?.filter ?? "");
  const [part, setPart] = useState<ReplyPart>(first);
  const fresh = useNewTarget();
  const signed = useSigning(endpoint);
  const saving = useSaving((field) => partOf(field) !== undefined);
  const slug = typedSlug ?? slugOf(name);

  const leave = useLeave([
    name,
    typedSlug,
    reply,
    chosen,
    filter,
    fresh.name,
    fresh.url,
    signed.draft,
    signed.removes,
  ]);

  // A fault in another part is shown where it is, once.
  const [shown, setShown] = useState<string>();
  if (saving.field !== shown) {
    setShown(saving.field);
    const to = saving.field && partOf(saving.field);
    if (to) setPart(to);
  }

  const submit = () => {
    const close = desk.dialogs.closer();
    void saving.save(async () => {
      // A target that was typed and not yet added is meant all the same.
      const added = fresh.read.url === "" ? [] : [await fresh.add()];
      const named = added.filter((t) => t !== undefined);
      if (named.length < added.length) return setPart("forwarding");
      const goesTo = [...new Set([...chosen, ...named])];
      setChosen(goesTo);
      const signing = signed.input();
      if (!signing) return saving.wrong("toleranceSeconds", TOLERANCE);
      const input: EndpointInput = {
        ...signing,
        slug,
        name: name.trim() || slug,
        reply: tidy(reply),
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
      close();
      desk.toasts.show({
        tone: "good",
        text: endpoint ? `Saved ${made.name}` : `Listening on ${made.url}`,
        ...(endpoint ? {} : { action: { label: "Copy URL", run: () => desk.host.copyText(made.url) } }),
      });
    });
  };

  const remove = () =>
    desk.dialogs.open("confirm", {
      title: `Delete the endpoint ${endpoint?.name}?`,
      text: `What is sent to its URL then arrives in inbox. ${plural(endpoint?.requests ?? 0, "request")} kept so far ${endpoint?.requests === 1 ? "stays" : "stay"} in the history.`,
      action: "Delete endpoint",
      danger: true,
      final: true,
      ends: true,
      run: async () => {
        if (!endpoint) return;
        await desk.door.deleteEndpoint(endpoint.slug);
        if (desk.scope.get().endpoint === endpoint.slug) desk.setScope({ endpoint: undefined });
        await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      },
    });

  return {
    name,
    setName,
    slug,
    setSlug,
    reply,
    changeReply: (to: Partial<Reply>) => setReply((now) => ({ ...now, ...to })),
    tidied: tidy(reply),
    chosen,
    setChosen,
    filter,
    setFilter,
    part,
    setPart,
    fresh,
    signed,
    saving,
    submit,
    leave,
    remove,
  };
}

export type EndpointForm = ReturnType<typeof useEndpointForm>;
