import type { ReactNode } from "react";
import { Field, inputClass } from "./Field";

interface TextFieldProps {
  label: string;
  value: string;
  onChange(text: string): void;
  hint?: ReactNode;
  error?: string | undefined;
  placeholder?: string;
  /** For URLs, paths and the like: fixed width, no spelling. */
  mono?: boolean;
  /** Has the focus when its dialog opens. */
  first?: boolean;
  /** Which keys a touch keyboard shows. */
  inputMode?: "numeric" | "decimal";
  disabled?: boolean;
}

/** A labelled line of text. */
export function TextField({ label, hint, error, mono, first, onChange, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <input
          {...ids}
          {...rest}
          className={mono ? `${inputClass} mono` : inputClass}
          spellCheck={mono ? false : undefined}
          data-autofocus={first || undefined}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
