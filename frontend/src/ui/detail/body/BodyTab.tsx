import type { Detail } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import css from "../Detail.module.css";
import { BodyView } from "./BodyView";
import { requestSource } from "./source";

/** The body of a request. */
export function BodyTab({ detail }: { detail: Detail }) {
  const desk = useDesk();
  if (detail.bodyBytes === 0) return <p className={css.quietEmpty}>{emptyText(detail)}</p>;
  return <BodyView source={requestSource(desk, detail)} />;
}

function emptyText(detail: Detail): string {
  if (detail.state === "refused") return "Nothing of the body was kept.";
  if (detail.state === "cut") return "Nothing of the body had arrived.";
  return `This ${detail.method} request has no body.`;
}
