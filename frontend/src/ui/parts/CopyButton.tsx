import { useEffect, useRef, useState } from "react";
import { Button, type ButtonProps } from "./Button";
import { IconButton } from "./IconButton";
import { CheckIcon, CopyIcon, WarnIcon } from "./icons";

interface CopyButtonProps extends Omit<ButtonProps, "onClick"> {
  /** Does the copying; says whether it worked by not throwing. */
  onCopy(): Promise<void>;
  /** The accessible name, and the text unless iconOnly. */
  label: string;
  iconOnly?: boolean;
}

/** Copies, and says for a moment that it did, or why it did not, without changing its width. */
export function CopyButton({ onCopy, label, iconOnly, ...rest }: CopyButtonProps) {
  const [done, setDone] = useState(false);
  const [failed, setFailed] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    clearTimeout(timer.current);
    setDone(false);
    setFailed(undefined);
    try {
      await onCopy();
      setDone(true);
      timer.current = setTimeout(() => setDone(false), 1_500);
    } catch (error) {
      setFailed(`Not copied: ${error instanceof Error ? error.message : String(error)}`);
      timer.current = setTimeout(() => setFailed(undefined), 6_000);
    }
  };
  const icon = failed ? <WarnIcon /> : done ? <CheckIcon /> : <CopyIcon />;
  if (iconOnly)
    return <IconButton label={failed ?? (done ? "Copied" : label)} icon={icon} onClick={() => void copy()} />;
  return (
    <Button {...rest} icon={icon} title={failed ?? rest.title} onClick={() => void copy()}>
      {label}
      <span className="visually-hidden" role="status">
        {failed ?? (done ? "Copied" : "")}
      </span>
    </Button>
  );
}
