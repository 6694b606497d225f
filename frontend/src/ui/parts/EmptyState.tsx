import type { ReactNode } from "react";
import css from "./parts.module.css";

/** What a place without content says, and the next step. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={css.empty}>
      <h2>{title}</h2>
      {children && <div className={css.emptyText}>{children}</div>}
      {actions && <div className={css.emptyActions}>{actions}</div>}
    </div>
  );
}
