import { bytes, count, plural } from "../../model/format";
import { useDesk } from "../../state/desk";
import { useStatus } from "../../state/queries";
import { useStore } from "../../state/store";
import { RunStatus } from "../batch/RunStatus";
import { Dot } from "../parts";
import css from "./Shell.module.css";

export function StatusBar() {
  const desk = useDesk();
  const status = useStatus().data;
  const link = useStore(desk.link);
  const rate = useStore(desk.rate);
  const listening = status?.catch.listening;
  return (
    <footer className={css.status}>
      {status && (
        <span>
          <Dot tone={listening ? "good" : "bad"} />
          {listening ? `Listening on ${status.catch.address}` : `Not listening on ${status.catch.address}`}
        </span>
      )}
      {rate > 0 && <span>{rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s</span>}
      {status && status.history.waiting > 0 && (
        <span>{plural(status.history.waiting, "delivery", "deliveries")} waiting</span>
      )}
      <RunStatus className={css.statusButton} />
      <span className={css.grow} />
      {link === "reconnecting" && (
        <span>
          <Dot tone="warn" /> Reconnecting
        </span>
      )}
      {status && (
        <span>
          {count(status.history.requests)} kept · {bytes(status.history.bytes)}
        </span>
      )}
      <button type="button" className={css.statusButton} onClick={() => desk.actions.run("app.keys")}>
        ? keys
      </button>
    </footer>
  );
}
