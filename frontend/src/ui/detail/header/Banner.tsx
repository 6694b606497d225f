import type { Detail } from "../../../model/types";
import { WarnIcon } from "../../parts";
import css from "./Header.module.css";

/** Says plainly when the request is not whole, and why. */
export function Banner({ detail }: { detail: Detail }) {
  if (detail.state === "kept") return null;
  const reason = detail.reason?.trim().replace(/\.$/, "");
  const refused = detail.state === "refused";
  return (
    <div className={css.banner} data-tone={refused ? "bad" : "warn"} role="note">
      <WarnIcon />
      <div>
        <b>{refused ? "This request was refused" : "This request was cut short"}</b>
        {reason ? `: ${reason}.` : "."}{" "}
        {refused
          ? "The sender was told so; what had arrived is below."
          : "What had arrived by then is kept below."}
      </div>
    </div>
  );
}
