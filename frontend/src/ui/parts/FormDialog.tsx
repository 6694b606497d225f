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
  onClose(): void;
  /** Asks whether to delete what the form is about. */
  onRemove?: (() => void) | undefined;
  /** What is wrong and belongs to no field. */
  error?: string | undefined;
  disabled?: boolean;
  children: ReactNode;
}

/** A dialog that is a form: Enter in a field saves, Escape leaves it as it was. */
export function FormDialog(props: FormDialogProps) {
  const { title, size, submit, onSubmit, onClose, onRemove, error, disabled, children } = props;
  const id = useId();
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      size={size}
      footer={
        <>
          {onRemove && (
            <Button look="danger" onClick={onRemove}>
              Delete…
            </Button>
          )}
          <span className={css.footNote} role={error ? "alert" : undefined}>
            {error}
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
