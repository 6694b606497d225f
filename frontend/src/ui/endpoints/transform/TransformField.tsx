import { sourceText } from "../../../model/transform";
import { Button, Field } from "../../parts";
import css from "./Transform.module.css";

/** The transform of a target in its form: what it is, and the way to change it. */
export function TransformField({
  source,
  error,
  onEdit,
}: {
  source: string;
  error: string | undefined;
  onEdit(): void;
}) {
  const action = source.trim() === "" ? "Write a transform…" : "Edit transform…";
  return (
    <Field
      label="Transform"
      error={error}
      hint="JavaScript that changes a request before it is sent here, makes several of it, or leaves it out."
    >
      {(ids) => (
        <div className={css.row}>
          {/* Its own words, not those of the field, are its name. */}
          <Button {...ids} aria-label={action} onClick={onEdit}>
            {action}
          </Button>
          <span className={css.dim}>{sourceText(source)}</span>
        </div>
      )}
    </Field>
  );
}
