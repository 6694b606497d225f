// Sending again, in bulk, what ended without success.
import { count, plural } from "../model/format";
import type { RedriveRequest } from "../model/types";
import type { Desk } from "./desk";

/** Which deliveries to send again. */
export type Redrive = Pick<RedriveRequest, "filter" | "target" | "states">;

/** Asks, then sends all of them again and shows how far it is; it can be stopped. */
export function askRedrive(desk: Desk, what: Redrive, many: number): void {
  desk.dialogs.open("confirm", {
    title: `Send ${plural(many, "delivery", "deliveries")} again?`,
    text: `Each has its whole schedule again and keeps its id, so a target that took one already can tell. They go out at the pace of ${what.target ?? "their targets"}.`,
    action: "Send all again",
    run: () => {
      redriveAll(desk, what, many).catch(desk.toasts.fail);
    },
  });
}

/** Moves all of them, a bounded number at a time, and says in a message how far it is. */
export async function redriveAll(desk: Desk, what: Redrive, many: number): Promise<void> {
  const about = "redrive";
  let stopped = false;
  let moved = 0;
  const stop = () => {
    stopped = true;
  };
  for (let after = 0; !stopped; ) {
    const step = await desk.door.redrive({ ...what, after });
    moved += step.moved;
    after = step.after;
    if (step.left === 0) break;
    const all = count(Math.max(many, moved + step.left));
    desk.toasts.show({
      about,
      text: `Sending again: ${count(moved)} of ${all}…`,
      action: { label: "Stop", run: stop },
    });
  }
  await desk.queries.invalidateQueries({ queryKey: ["targets"] });
  // What waits again is no dead letter any more.
  if (desk.scope.get().quick === "dead") await desk.list.reload();
  const text =
    moved === 0 ? "nothing is sent again" : `${plural(moved, "delivery", "deliveries")} on the way again`;
  desk.toasts.show({
    about,
    tone: moved === 0 ? "plain" : "good",
    text: stopped ? `Stopped: ${text}` : sentence(text),
  });
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Lets the next delivery to a target that rests through. */
export async function tryTarget(desk: Desk, name: string): Promise<void> {
  await desk.door.tryTarget(name);
  await desk.queries.invalidateQueries({ queryKey: ["targets"] });
}
