import { statusTone } from "../../model/format";
import type { RunItem } from "../../model/types";
import { Tag } from "../parts";

/** The status of an item's answer, or that there is none. */
export function StatusTag({ item }: { item: RunItem }) {
  if (item.status !== undefined) return <Tag tone={statusTone(item.status)}>{item.status}</Tag>;
  if (item.state === "failed") return <Tag tone="bad">none</Tag>;
  return null;
}
