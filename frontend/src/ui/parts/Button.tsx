import type { ComponentPropsWithRef, ReactNode } from "react";
import css from "./parts.module.css";

export interface ButtonProps extends ComponentPropsWithRef<"button"> {
  /** primary: the one next step. quiet: no border. danger: destroys something. remove: asks whether to. */
  look?: "plain" | "primary" | "quiet" | "danger" | "remove";
  /** A key shown inside, already formatted. */
  kbd?: string;
  icon?: ReactNode;
  small?: boolean;
}

export function Button({ look = "plain", kbd, icon, small, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={[css.button, css[look], small && css.small, className].filter(Boolean).join(" ")}
      {...rest}
    >
      {icon}
      {children}
      {kbd && (
        <span className={css.kbd} aria-hidden="true">
          {kbd}
        </span>
      )}
    </button>
  );
}
