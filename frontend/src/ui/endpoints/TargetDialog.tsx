import { useState } from "react";
import { readAddress, targetName } from "../../model/setup";
import { BadField, draftOf, placeOf, type TargetDraft, tabOf, targetOf } from "../../model/targets";
import type { Target } from "../../model/types";
import { useDesk } from "../../state/desk";
import { useTargets } from "../../state/queries";
import { useLeave, useSaving } from "../../state/saving";
import { Dot, FormDialog, TabPanel, Tabs } from "../parts";
import css from "./Endpoints.module.css";
import { ConnectionTab } from "./target/ConnectionTab";
import { DeliveryTab } from "./target/DeliveryTab";
import { GeneralTab } from "./target/GeneralTab";
import { TargetNotice } from "./target/TargetNotice";
import { TransformDialog } from "./transform/TransformDialog";
import { TransformField } from "./transform/TransformField";

const FIELDS = [
  "name",
  "url",
  "path",
  "filter",
  "headerRules",
  "transform",
  "timeoutMs",
  "policy.attempts",
  "policy.waitsMs",
  "policy.success",
  "policy.ratePerSecond",
  "policy.parallel",
  "connection.connectTimeoutMs",
  "connection.tlsTimeoutMs",
  "connection.firstByteTimeoutMs",
  "connection.caPem",
  "connection.hostName",
];

type Tab = ReturnType<typeof tabOf>;

const TABS: { id: Tab; label: string }[] = [
  { id: "general", label: "General" },
  { id: "delivery", label: "Delivery" },
  { id: "connection", label: "Connection" },
];

/** Makes a target, or changes one. */
export function TargetDialog({
  target,
  url: given,
}: {
  target: Target | undefined;
  url: string | undefined;
}) {
  const desk = useDesk();
  const targets = useTargets().data ?? [];
  const [draft, setDraft] = useState(() => draftOf(target, given));
  const [chosen, setTab] = useState<Tab>("general");
  const [writing, setWriting] = useState(false);
  const { busy, at, other, wrong, save } = useSaving(FIELDS);
  // A field at fault brings its tab to the front until another one is chosen.
  const fault = FIELDS.find((field) => at(field) !== undefined);
  const [left, setLeft] = useState<string>();
  const tab = fault !== undefined && fault !== left ? tabOf(fault) : chosen;
  // A new target without a name is called after its host.
  const suggested = target || draft.url.trim() === "" ? "" : targetName(readAddress(draft.url).url, targets);
  const change = (part: Partial<TargetDraft>) => setDraft((now) => ({ ...now, ...part }));
  const leave = useLeave(draft);
  const choose = (id: Tab) => {
    setLeft(fault);
    setTab(id);
  };

  const submit = () => {
    setLeft(undefined);
    setTab(tab);
    let input: Target;
    try {
      input = targetOf({ ...draft, name: draft.name.trim() || suggested });
    } catch (error) {
      if (error instanceof BadField) return wrong(error.field, error.message);
      throw error;
    }
    const close = desk.dialogs.closer();
    void save(async () => {
      if (target) await desk.door.changeTarget(target.name, input);
      else await desk.door.addTarget(input);
      await desk.queries.invalidateQueries({ queryKey: ["targets"] });
      await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      close();
      desk.toasts.show({ tone: "good", text: `Saved target ${input.name}` });
    });
  };
  const remove = () =>
    desk.dialogs.open("confirm", {
      title: `Delete the target ${target?.name}?`,
      text: "Endpoints no longer forward to it and what waits for it is cancelled. Deliveries made so far stay in the history.",
      action: "Delete target",
      danger: true,
      final: true,
      ends: true,
      run: async () => {
        if (!target) return;
        await desk.door.deleteTarget(target.name);
        await desk.queries.invalidateQueries({ queryKey: ["targets"] });
        await desk.queries.invalidateQueries({ queryKey: ["endpoints"] });
      },
    });
  const props = { draft, change, at };

  if (writing)
    return (
      <TransformDialog
        source={draft.transform}
        onChange={(transform) => change({ transform })}
        onClose={() => setWriting(false)}
        target={{ ...(target ? { target: target.name } : {}), ...placeOf(draft) }}
      />
    );

  return (
    <FormDialog
      title={target ? `Target ${target.name}` : "New target"}
      size={640}
      submit={target ? "Save" : "Create target"}
      onSubmit={submit}
      onClose={desk.dialogs.close}
      onLeave={leave}
      onRemove={target ? remove : undefined}
      error={other}
      disabled={busy}
    >
      {target && <TargetNotice target={target} />}
      <Tabs
        label="Settings of the target"
        id="target"
        items={TABS.map((t) => ({
          ...t,
          ...(t.id === "connection" && draft.verify === "skip" ? { extra: <Dot tone="bad" /> } : {}),
        }))}
        value={tab}
        onChange={choose}
      />
      <TabPanel id="target" tab={tab} className={css.tabPanel ?? ""}>
        {tab === "general" && <GeneralTab {...props} suggested={suggested} />}
        {tab === "general" && (
          <TransformField source={draft.transform} error={at("transform")} onEdit={() => setWriting(true)} />
        )}
        {tab === "delivery" && <DeliveryTab {...props} />}
        {tab === "connection" && <ConnectionTab {...props} />}
      </TabPanel>
    </FormDialog>
  );
}
