import { useEffect, useRef, useState } from "react";
import { Button, type ButtonProps } from "./Button";
import { IconButton } from "./IconButton";
import { CheckIcon, CopyIcon } from "./icons";

interface CopyButtonProps extends Omit<ButtonProps, "onClick"> {
  /** Does the copying; says whether it worked by not throwing. */
  onCopy(): Promise<void>;
  /** The accessible name, and the text unless iconOnly. */
  label: string;
  iconOnly?: boolean;
}

/** Copies, and says so for a moment without changing its width. */
export function CopyButton({ onCopy, label, iconOnly, ...rest }: CopyButtonProps) {
  const [done, setDone] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    await onCopy();
    setDone(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setDone(false), 1_500);
  };
  const icon = done ? <CheckIcon /> : <CopyIcon />;
  if (iconOnly) return <IconButton label={done ? "Copied" : label} icon={icon} onClick={() => void copy()} />;
  return (
    <Button {...rest} icon={icon} onClick={() => void copy()}>
      {label}
      <span className="visually-hidden" role="status">
        {done ? "Copied" : ""}
      </span>
    </Button>
  );
}
