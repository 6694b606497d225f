import type { ReactNode } from "react";
import { count } from "../../model/format";
import css from "./Side.module.css";

interface ItemProps {
  name: string;
  title?: string;
  on: boolean;
  onClick(): void;
  total?: number;
  unread?: number;
  more?: ReactNode;
}

/** One line of the side pane, with what can be done to it. */
export function Item({ name, title, on, onClick, total, unread = 0, more }: ItemProps) {
  return (
    <li className={more ? `${css.item} ${css.withMore}` : css.item} data-on={on}>
      <button
        type="button"
        className={css.main}
        aria-current={on ? "true" : undefined}
        title={title}
        onClick={onClick}
      >
        <span className={css.name}>{name}</span>
        {unread > 0 && (
          <span className={css.unread}>
            {count(unread)}
            <span className="visually-hidden"> unread,</span>
          </span>
        )}
        {total !== undefined && <span className={css.count}>{count(total)}</span>}
      </button>
      {more}
    </li>
  );
}
