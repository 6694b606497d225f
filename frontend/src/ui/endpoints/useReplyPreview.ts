import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { atColumn } from "../../model/reply";
import { DoorError, type ReplyPreview, type ReplyPreviewRequest } from "../../model/types";
import { useDesk } from "../../state/desk";
import { reads } from "../../state/queries";

/** What a reply would say to the newest request, or what is wrong with it and where. */
export interface Tried {
  preview: ReplyPreview | undefined;
  /** The field at fault as the door names it, "" when the fault is in none. */
  field: string | undefined;
  text: string | undefined;
}

/** Tries a reply while it is edited; the last good preview stays until there is another one. */
export function useReplyPreview(body: ReplyPreviewRequest): Tried {
  const desk = useDesk();
  const [settled] = useDebouncedValue(body, 250);
  const { data, error } = useQuery(reads.replyPreview(desk, settled));
  if (!(error instanceof DoorError)) return { preview: data, field: undefined, text: undefined };
  return { preview: data, field: error.field ?? "", text: atColumn(error.message, error.column) };
}
