import { plural } from "../../../model/format";
import { targetState } from "../../../model/standing";
import type { Target } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { askRedrive, tryTarget } from "../../../state/redrive";
import { useNow } from "../../../state/useNow";
import { Button, Dot } from "../../parts";
import css from "../Endpoints.module.css";

/** What is not well with a target, and what can be done about it now. */
export function TargetNotice({ target }: { target: Target }) {
  const desk = useDesk();
  const resting = target.breaker?.state === "open";
  const now = useNow(resting);
  const state = targetState(target, now);
  const skip = target.connection?.verify === "skip";
  if (!state && !skip) return null;
  const dead = target.deliveries?.dead ?? 0;
  return (
    <div className={css.notice}>
      {state && (
        <p role="status">
          <Dot tone={state.tone} /> <b>{target.name}</b> {dead > 0 && !resting ? "has" : ""} {state.text}
        </p>
      )}
      {skip && (
        <p role="note" className={css.unverified}>
          <Dot tone="bad" /> The certificate is not checked.
        </p>
      )}
      {resting && (
        <Button small onClick={() => void tryTarget(desk, target.name).catch(desk.toasts.fail)}>
          Try now
        </Button>
      )}
      {dead > 0 && (
        <Button
          small
          onClick={() => askRedrive(desk, { filter: "", target: target.name, states: ["dead"] }, dead)}
        >
          Send {plural(dead, "dead letter")} again…
        </Button>
      )}
    </div>
  );
}
