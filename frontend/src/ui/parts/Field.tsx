import { type ReactNode, useEffect, useId, useRef } from "react";
import css from "./parts.module.css";

interface FieldProps {
  label: string;
  /** A sentence below, while there is no error. */
  hint?: ReactNode;
  error?: string | undefined;
  /** Gets the ids to put on the control. */
  children(ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }): ReactNode;
}

/** A labelled control with a hint or an error under it; an error comes into view. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error !== undefined) place.current?.scrollIntoView({ block: "nearest" });
  }, [error]);
  const note = error ?? hint;
  return (
    <div className={css.field} ref={place}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(note ? { "aria-describedby": `${id}-note` } : {}),
        ...(error ? { "aria-invalid": true as const } : {}),
      })}
      {note && (
        <div
          id={`${id}-note`}
          className={error ? css.fieldError : css.fieldHint}
          role={error ? "alert" : undefined}
        >
          {note}
        </div>
      )}
    </div>
  );
}

/** The class of text inputs, selects and text areas that are ours. */
export const inputClass = css.input as string;
