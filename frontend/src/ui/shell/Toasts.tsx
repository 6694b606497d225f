import { type FocusEvent, useLayoutEffect, useMemo, useRef } from "react";
import { useDesk } from "../../state/desk";
import { useStore } from "../../state/store";
import { type ShownToast, shownToasts } from "../../state/toasts";
import { Button, CloseIcon, IconButton } from "../parts";
import css from "./Shell.module.css";

const TONES = { plain: "", good: css.toastGood, bad: css.toastBad };

export function Toasts() {
  const { dialogs, toasts } = useDesk();
  const all = useStore(toasts.store);
  const shown = useMemo(() => shownToasts(all), [all]);
  const focus = useFocusBack(shown);
  // Neither a dialog's title nor its buttons are covered: only the newest, on one line below it.
  const above = useStore(dialogs.store, (dialog) => dialog !== undefined);
  return (
    <section
      className={css.toasts}
      data-above={above || undefined}
      aria-label="Messages"
      aria-live="polite"
      {...focus}
    >
      {shown.map((toast) => (
        <Message key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function Message({ toast: { ids, tone, text, action } }: { toast: ShownToast }) {
  const { toasts } = useDesk();
  const close = () => ids.forEach(toasts.close);
  const act = () => {
    close();
    if (action) Promise.resolve(action.run()).catch(toasts.fail);
  };
  return (
    <div className={`${css.toast} ${TONES[tone]}`} role={tone === "bad" ? "alert" : "status"}>
      <p className={css.toastText} title={text}>
        {text}
      </p>
      {action && (
        <Button small onClick={act}>
          {action.label}
        </Button>
      )}
      <IconButton label="Dismiss" icon={<CloseIcon size={14} />} onClick={close} />
    </div>
  );
}

/** A message that leaves with the focus gives it back to where it was before, else to the list. */
function useFocusBack(shown: readonly ShownToast[]) {
  const { actions } = useDesk();
  const held = useRef(false);
  const before = useRef<Element>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever a message left
  useLayoutEffect(() => {
    if (!held.current || document.activeElement !== document.body) return;
    held.current = false;
    if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    if (document.activeElement === document.body) actions.run("list.back");
  }, [shown, actions]);
  const outside = (event: FocusEvent) => !event.currentTarget.contains(event.relatedTarget);
  return {
    onFocus: (event: FocusEvent) => {
      if (outside(event)) before.current = event.relatedTarget;
      held.current = true;
    },
    // Not called for what is taken out of the page, so the focus that goes with it is still ours.
    onBlur: (event: FocusEvent) => {
      if (outside(event)) held.current = false;
    },
  };
}
