import { CopyButton } from "./CopyButton";
import css from "./parts.module.css";

interface CopyLineProps {
  text: string;
  /** What the button says. */
  label: string;
  onCopy(): Promise<void>;
  disabled?: boolean;
}

/** One line of fixed-width text with its Copy button. */
export function CopyLine({ text, label, onCopy, disabled }: CopyLineProps) {
  return (
    <div className={css.copyLine}>
      <code title={text}>{text}</code>
      <CopyButton small label={label} disabled={disabled} onCopy={onCopy} />
    </div>
  );
}
