import { Modal } from "@mantine/core";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import css from "./parts.module.css";

interface DialogProps {
  open: boolean;
  onClose(): void;
  title: string;
  /** Width in px, or a CSS length. */
  size?: number | string;
  /** Buttons at the bottom, the main one last. */
  footer?: ReactNode;
  /** Fills the height of the window (editors, comparisons). */
  tall?: boolean;
  children: ReactNode;
}

/** Whether a question is asked over the dialogs inside: they wait unseen and keep what was typed. */
export const Covered = createContext(false);

/** A modal dialog: focus stays inside, Escape closes, focus goes back where it was. */
export function Dialog({ open, onClose, title, size = 560, footer, tall, children }: DialogProps) {
  useFocusBack();
  const covered = useContext(Covered);
  return (
    <Modal.Root
      opened={open && !covered}
      onClose={onClose}
      size={size}
      centered={tall}
      yOffset="8vh"
      padding={0}
    >
      <Modal.Overlay />
      {/* A plain className would land on the layer around the dialog as well. */}
      <Modal.Content classNames={{ content: tall ? `${css.dialog} ${css.dialogTall}` : (css.dialog ?? "") }}>
        <div className={css.dialogHeader}>
          <Modal.Title className={css.dialogTitle} tabIndex={-1} ref={focusUnlessAField}>
            {title}
          </Modal.Title>
          <Modal.CloseButton className={css.dialogClose} aria-label="Close" />
        </div>
        <Modal.Body className={css.dialogBody}>
          <div className={css.dialogContent}>{children}</div>
          {footer && <div className={css.dialogFooter}>{footer}</div>}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** The title gets the focus where no control asks for it; the × comes first and would get it else. */
function focusUnlessAField(title: HTMLElement | null): void {
  const dialog = title?.closest('[role="dialog"]');
  if (title && dialog?.querySelector("[data-autofocus]") === null) title.dataset.autofocus = "";
}

/** Mantine gives the focus back only to a dialog that was mounted closed; ours come and go. */
function useFocusBack(): void {
  const [early] = useState(() => document.activeElement);
  useEffect(() => {
    // A dialog that takes the place of another one: by now that one gave the focus back.
    const before = early?.closest('[role="dialog"]') ? document.activeElement : early;
    return () => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [early]);
}
