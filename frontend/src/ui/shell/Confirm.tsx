import { useState } from "react";
import { useDesk } from "../../state/desk";
import { useDialog } from "../../state/dialogs";
import { Button, Dialog } from "../parts";

/** Asks before something large is done. */
export function Confirm() {
  const { dialogs, toasts } = useDesk();
  const args = useDialog("confirm");
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    const close = dialogs.closer();
    try {
      await args?.run();
      if (args?.ends) dialogs.closeAll();
      else close();
    } catch (error) {
      toasts.fail(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={args !== undefined}
      onClose={dialogs.close}
      title={args?.title ?? ""}
      size={440}
      footer={
        <>
          <Button data-autofocus={args?.final || undefined} onClick={dialogs.close}>
            Cancel
          </Button>
          <Button
            look={args?.danger ? "danger" : "primary"}
            disabled={busy}
            data-autofocus={!args?.final || undefined}
            onClick={() => void run()}
          >
            {args?.action}
          </Button>
        </>
      }
    >
      <p>{args?.text}</p>
    </Dialog>
  );
}
