import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { plural } from "../../model/format";
import { amountOf, emptyForm, type FormErrors, orderOf, type RunForm, type What } from "../../model/runform";
import { DoorError, type SavedFilter } from "../../model/types";
import { useDesk } from "../../state/desk";
import { useFilters } from "../../state/queries";
import { ignoredInAnswers, runReads, startRun } from "../../state/runs";
import { useLeave } from "../../state/saving";
import { rememberUrl } from "../../state/sending";
import { words } from "../../state/toasts";
import { FormDialog, Segmented } from "../parts";
import css from "./Batch.module.css";
import { HowFields } from "./HowFields";
import { SimulateFields } from "./SimulateFields";
import { WhatFields } from "./WhatFields";
import { WhereFields } from "./WhereFields";

interface BatchDialogProps {
  what: What;
  /** How many requests that are, when it is known. */
  requests: number | undefined;
  form?: Partial<RunForm>;
}

const NONE: SavedFilter[] = [];

const FIELDS = ["filter", "to", "parallel", "ratePerSecond", "delayMs", "times", "realTimeMs"] as const;

/** Says what goes where and how, and starts it as a run. */
export function BatchDialog({ form: initial, ...opened }: BatchDialogProps) {
  const desk = useDesk();
  const saved = useFilters().data ?? NONE;
  const [named, setNamed] = useState<string>();
  const filter = saved.find((f) => f.name === named)?.filter;
  const counted = useQuery({ ...runReads.count(desk, filter ?? ""), enabled: filter !== undefined });
  const what: What = filter === undefined ? opened.what : { filter };
  const requests = filter === undefined ? opened.requests : (counted.data ?? undefined);
  const [form, setForm] = useState<RunForm>(() => ({ ...emptyForm, ...initial }));
  const [errors, setErrors] = useState<FormErrors>({});
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const leave = useLeave([form.urls, form.targets], "sending");
  const change = (part: Partial<RunForm>) => {
    setForm((now) => ({ ...now, ...part }));
    setErrors({});
    setError(undefined);
  };
  const start = async () => {
    const read = orderOf(form, what, ignoredInAnswers());
    if ("errors" in read) return setErrors(read.errors);
    setBusy(true);
    try {
      await startRun(desk, read.order);
      for (const place of read.order.to ?? []) if (place.url) rememberUrl(place.url);
      desk.picks.clear();
    } catch (reason) {
      const field = reason instanceof DoorError ? FIELDS.find((f) => f === reason.field) : undefined;
      if (field) setErrors({ [field]: words(reason) });
      else setError(words(reason));
      setBusy(false);
    }
  };
  return (
    <FormDialog
      title={titleOf(what, requests, filter === undefined ? undefined : named)}
      size={620}
      submit={busy ? "Starting…" : form.how === "simulate" ? "Simulate" : "Send"}
      disabled={busy}
      error={error}
      note={amountOf(form, requests)}
      onSubmit={() => void start()}
      onClose={desk.dialogs.close}
      onLeave={leave}
    >
      <div className={css.group}>
        <Segmented<RunForm["how"]>
          label="What to do"
          items={[
            { id: "send", label: "Send" },
            { id: "simulate", label: "Simulate a provider" },
          ]}
          value={form.how}
          onChange={(how) => change({ how })}
        />
      </div>
      {saved.length > 0 && (
        <WhatFields
          initial={opened}
          saved={saved}
          chosen={filter === undefined ? undefined : named}
          error={errors.filter}
          onChange={(name) => {
            setNamed(name);
            change({});
          }}
        />
      )}
      <WhereFields form={form} error={errors.to} one={requests === 1} onChange={change} />
      {form.how === "simulate" ? (
        <SimulateFields form={form} errors={errors} onChange={change} />
      ) : (
        <HowFields form={form} errors={errors} one={requests === 1} onChange={change} />
      )}
    </FormDialog>
  );
}

function titleOf(what: What, requests: number | undefined, filter: string | undefined): string {
  if (filter !== undefined)
    return requests === undefined ? `Send “${filter}”` : `Send “${filter}”: ${plural(requests, "request")}`;
  if ("seqs" in what && what.seqs.length === 1) return `Send request #${what.seqs[0]} on`;
  return requests === undefined ? "Send all in the list" : `Send ${plural(requests, "request")}`;
}
