import { type ReactNode, useId } from "react";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import css from "./parts.module.css";

interface FormDialogProps {
  title: string;
  size: number;
  /** What the main button says. */
  submit: string;
  onSubmit(): void;
  /** The Cancel button. */
  onClose(): void;
  /** Escape, the × and a press beside the form; as Cancel when absent. */
  onLeave?: (() => void) | undefined;
  /** Asks whether to delete what the form is about. */
  onRemove?: (() => void) | undefined;
  /** What is wrong and belongs to no field. */
  error?: string | undefined;
  /** What the main button would do now, while nothing is wrong. */
  note?: string | undefined;
  disabled?: boolean;
  children: ReactNode;
}

/** A dialog that is a form: Enter in a field saves, Cancel leaves all as it was. */
export function FormDialog(props: FormDialogProps) {
  const { title, size, submit, onSubmit, onClose, onLeave, onRemove, error, note, disabled, children } =
    props;
  const id = useId();
  return (
    <Dialog
      open
      onClose={onLeave ?? onClose}
      title={title}
      size={size}
      footer={
        <>
          {onRemove && (
            <Button look="remove" onClick={onRemove}>
              Delete…
            </Button>
          )}
          <span className={css.footNote} role={error ? "alert" : note && "status"}>
            {error ?? note}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={id} disabled={disabled}>
            {submit}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
      </form>
    </Dialog>
  );
}
