import { useDesk } from "../../state/desk";
import { useStore } from "../../state/store";
import { Button, CloseIcon, IconButton } from "../parts";
import css from "./Shell.module.css";

const TONES = { plain: "", good: css.toastGood, bad: css.toastBad };

export function Toasts() {
  const { dialogs, toasts } = useDesk();
  const shown = useStore(toasts.store);
  // A dialog's buttons are at its bottom and in its right corner: then only the newest, out of their way.
  const above = useStore(dialogs.store, (dialog) => dialog !== undefined);
  return (
    <section className={css.toasts} data-above={above || undefined} aria-label="Messages" aria-live="polite">
      {shown.map((toast) => (
        <div
          key={toast.id}
          className={`${css.toast} ${TONES[toast.tone]}`}
          role={toast.tone === "bad" ? "alert" : "status"}
        >
          <p>{toast.text}</p>
          {toast.action && (
            <Button
              small
              onClick={() => {
                const run = toast.action?.run;
                toasts.close(toast.id);
                if (run) Promise.resolve(run()).catch(toasts.fail);
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <IconButton label="Dismiss" icon={<CloseIcon size={14} />} onClick={() => toasts.close(toast.id)} />
        </div>
      ))}
    </section>
  );
}
