import { useRef } from "react";
import { PLACEHOLDERS } from "../../model/reply";
import { Field, inputClass } from "../parts";
import css from "./Reply.module.css";

interface TemplateFieldProps {
  value: string;
  error: string | undefined;
  onChange(text: string): void;
}

/** The body of a reply: text in which values of the request can stand. */
export function TemplateField({ value, error, onChange }: TemplateFieldProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const insert = (text: string, select?: string) => {
    const place = area.current;
    if (!place) return;
    const at = place.selectionStart;
    onChange(value.slice(0, at) + text + value.slice(place.selectionEnd));
    const from = select ? at + text.indexOf(select) : at + text.length;
    requestAnimationFrame(() => {
      place.focus();
      place.setSelectionRange(from, select ? from + select.length : from);
    });
  };
  return (
    <Field label="Body" error={error} hint="Values of the request can stand in it, and in the headers, too.">
      {(ids) => (
        <div className={css.template}>
          <textarea
            {...ids}
            ref={area}
            className={`${inputClass} mono`}
            rows={5}
            spellCheck={false}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
          <div className={css.holes} role="toolbar" aria-label="Values of the request">
            {PLACEHOLDERS.map((p) => (
              <button
                key={p.text}
                type="button"
                className={css.hole}
                title={`Insert ${p.about}`}
                aria-label={`Insert ${p.text}: ${p.about}`}
                onClick={() => insert(p.text, p.select)}
              >
                {p.text.slice(2, -2)}
              </button>
            ))}
          </div>
        </div>
      )}
    </Field>
  );
}
