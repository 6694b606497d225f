import type { Scope } from "../../model/scope";
import { useDesk } from "../../state/desk";
import { useStore } from "../../state/store";
import { Button, EmptyState } from "../parts";
import css from "./List.module.css";

/** What the list says when nothing is in it, and the way on. */
export function ListEmpty({ onLeave }: { onLeave(): void }) {
  const desk = useDesk();
  const { text, quick, endpoint } = useStore(desk.scope);
  // The button goes away with what it stands in.
  const widen = (to: Partial<Scope>) => {
    onLeave();
    desk.setScope(to);
  };
  if (text === "" && quick === undefined && endpoint === undefined) return null;
  if (text !== "") {
    return (
      <div className={css.none}>
        <EmptyState
          title="No request matches"
          actions={<Button onClick={() => widen({ text: "" })}>Clear the filter</Button>}
        >
          Words are looked for in path, headers and body; method:POST, path:/orders or status:200 in their own
          places.
        </EmptyState>
      </div>
    );
  }
  const empty = {
    unread: ["Nothing is unread", "Requests that nobody has opened yet are listed here."],
    pinned: [
      "Nothing is pinned",
      "Press P on a request to keep it: pinned ones are never removed by the limits.",
    ],
    failed: ["No delivery has failed", "Requests that could not be sent on are listed here."],
    dead: ["No dead letters", "Requests whose deliveries used up all their tries are listed here."],
  } as const;
  const [title, hint] = quick
    ? empty[quick]
    : [`Nothing came to ${endpoint} yet`, "New requests appear by themselves."];
  return (
    <div className={css.none}>
      <EmptyState
        title={title}
        actions={
          quick ? (
            <Button onClick={() => widen({ quick: undefined })}>Show all requests</Button>
          ) : (
            <Button onClick={() => desk.dialogs.open("samples", { endpoint })}>Send a sample here</Button>
          )
        }
      >
        {hint}
      </EmptyState>
    </div>
  );
}
