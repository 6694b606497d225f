import { memo } from "react";
import {
  badgeOf,
  bytes,
  changesText,
  contentKind,
  fullTime,
  methodTone,
  pathOf,
  plural,
  rowTime,
  titleOf,
} from "../../model/format";
import { findHits, type MarkPlace, marksIn } from "../../model/hits";
import type { FilterMark, Row } from "../../model/types";
import { Marked, NoteIcon, PinIcon, SignedIcon, Tag } from "../parts";
import css from "./List.module.css";

interface RowLineProps {
  row: Row;
  index: number;
  size: number;
  /** Open in the reading pane. */
  active: boolean;
  selected: boolean;
  marked: boolean;
  /** Today, so that older rows show their day; one object for all rows of a day. */
  today: Date;
  /** What the list was filtered by, to mark it; one object while the filter stays. */
  marks: readonly FilterMark[];
}

/** One request of the list. */
export const RowLine = memo(function RowLine({
  row,
  index,
  size,
  active,
  selected,
  marked,
  today,
  marks,
}: RowLineProps) {
  const badge = badgeOf(row);
  const changes = changesText(row.last?.changes);
  const kind = row.bodyBytes === 0 ? "no body" : contentKind(row.contentType);
  const path = pathOf(row.target);
  const query = row.target.slice(path.length);
  const title = row.event || path;
  // The title names either the event or the path; the second line has the rest.
  const sub = row.event ? row.target : query;
  const about = row.event ? row.provider : kind;
  const show = (text: string, place: MarkPlace) =>
    marks.length === 0 ? text : <Marked text={text} hits={findHits(text, marksIn(marks, place), 50)} />;
  return (
    <div
      id={`row-${row.seq}`}
      role="option"
      tabIndex={-1}
      className={css.row}
      aria-selected={selected}
      aria-posinset={index + 1}
      aria-setsize={size}
      aria-label={label(row, badge.title, changes)}
      data-seq={row.seq}
      data-active={active}
      data-unread={!row.read}
    >
      <i className={css.unread} data-on={!row.read} />
      <div className={css.title} title={title}>
        <span>{show(title, row.event ? "event" : "path")}</span>
        <span className={css.marks}>
          {row.pinned && <PinIcon size={13} />}
          {row.note && <NoteIcon size={13} />}
          {row.sig === "valid" && (
            <span className={css.signed} title="The signature is valid">
              <SignedIcon size={13} />
            </span>
          )}
          {marked && <Tag tone="purple">compare</Tag>}
          {row.tags.length > 0 && <Tags tags={row.tags} />}
        </span>
      </div>
      <div className={css.time} title={fullTime(row.receivedAt)}>
        {rowTime(row.receivedAt, today)}
      </div>
      <div className={css.sub} title={`${row.method} ${row.target}`}>
        <span className={css.method} data-tone={methodTone(row.method)}>
          {row.method}
        </span>{" "}
        {show(sub, "path")}
        {sub && about && " · "}
        {about}
      </div>
      <div className={css.facts} title={badge.title}>
        {changes && <span>{changes}</span>}
        <span>{bytes(row.bodyBytes)}</span>
        {badge.text && <Tag tone={badge.tone}>{badge.text}</Tag>}
      </div>
    </div>
  );
});

/** The first two tags, or in a narrow list how many there are. */
function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <>
      <span className={css.tags}>
        {tags.slice(0, 2).map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
        {tags.length > 2 && <Tag title={tags.join(", ")}>+{tags.length - 2}</Tag>}
      </span>
      <span className={css.tagCount}>
        <Tag title={tags.join(", ")}>{plural(tags.length, "tag")}</Tag>
      </span>
    </>
  );
}

function label(row: Row, badge: string, changes: string): string {
  return [
    titleOf(row),
    row.event ? `${row.method} ${row.target}` : "",
    rowTime(row.receivedAt, new Date()),
    bytes(row.bodyBytes),
    badge,
    changes,
    row.read ? "" : "unread",
    row.pinned ? "pinned" : "",
    row.sig === "valid" ? "signature valid" : "",
  ]
    .filter(Boolean)
    .join(", ");
}
