import { Tooltip } from "@mantine/core";
import type { ComponentPropsWithRef, ReactNode } from "react";
import css from "./parts.module.css";

export interface IconButtonProps extends Omit<ComponentPropsWithRef<"button">, "aria-label"> {
  /** The accessible name, shown as the tooltip. */
  label: string;
  kbd?: string;
  icon: ReactNode;
  pressed?: boolean;
}

export function IconButton({ label, kbd, icon, pressed, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip label={kbd ? `${label}  ${kbd}` : label} disabled={rest["aria-expanded"] === true} withinPortal>
      <button
        type="button"
        aria-label={label}
        aria-pressed={pressed}
        className={[css.button, css.quiet, css.icon, className].filter(Boolean).join(" ")}
        {...rest}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
