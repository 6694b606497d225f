import { useState } from "react";
import { DoorError } from "../../model/types";
import { useDesk } from "../../state/desk";
import { type DialogArgs, useDialog } from "../../state/dialogs";
import { saveFilter, showFilter } from "../../state/filters";
import { words } from "../../state/toasts";
import { FormDialog, TextField } from "../parts";

/** Gives a filter a name, or changes a saved one. */
export function FilterDialog() {
  const args = useDialog("filter");
  return args && <Form key={args.name ?? ""} args={args} />;
}

function Form({ args }: { args: DialogArgs["filter"] }) {
  const desk = useDesk();
  const [name, setName] = useState(args.name ?? "");
  const [filter, setFilter] = useState(args.filter);
  const [fault, setFault] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const to = { name: name.trim(), filter: filter.trim() };
      await saveFilter(desk, to, args.name);
      desk.dialogs.close();
      showFilter(desk, to.filter);
    } catch (error) {
      setFault(error);
      setBusy(false);
    }
  };
  const field = fault instanceof DoorError ? fault.field : undefined;
  const at = (which: string) => (fault !== undefined && field === which ? words(fault) : undefined);
  const other = fault !== undefined && field !== "name" && field !== "filter" ? words(fault) : undefined;
  return (
    <FormDialog
      title={args.name === undefined ? "Save a filter" : "Saved filter"}
      size={480}
      submit="Save"
      disabled={busy}
      error={other}
      onClose={desk.dialogs.close}
      onSubmit={() => void save()}
    >
      <TextField
        label="Name"
        first
        placeholder="Failed payments"
        value={name}
        onChange={setName}
        error={at("name")}
        hint="Shown in the side pane"
      />
      <TextField label="Filter" mono value={filter} onChange={setFilter} error={at("filter")} />
    </FormDialog>
  );
}
