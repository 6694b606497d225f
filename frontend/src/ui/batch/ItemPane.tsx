import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { isChanged, itemTitle, resultOf } from "../../model/runs";
import type { Run, RunItem } from "../../model/types";
import { useDesk } from "../../state/desk";
import { reads } from "../../state/queries";
import { runReads } from "../../state/runs";
import { words } from "../../state/toasts";
import { CompareView } from "../compare/CompareView";
import { AttemptView } from "../detail/deliveries/AttemptView";
import { Button, CloseIcon, IconButton, Segmented } from "../parts";
import css from "./Batch.module.css";

interface ItemPaneProps {
  run: Run;
  /** As it was when it was chosen; what becomes of it since is read. */
  chosen: RunItem;
  onClose(): void;
}

/** One item of a run: what changed in the answer, or the whole attempt. */
export function ItemPane({ run, chosen, onClose }: ItemPaneProps) {
  const desk = useDesk();
  const item = useQuery(runReads.item(desk, run.id, chosen.n)).data ?? chosen;
  return <Shown item={item} key={`${item.n}-${item.attempt}`} onClose={onClose} />;
}

function Shown({ item, onClose }: { item: RunItem; onClose(): void }) {
  const desk = useDesk();
  const compared = item.attempt !== undefined && item.against !== undefined && item.status !== undefined;
  const [view, setView] = useState<"changes" | "attempt">(
    compared && isChanged(item) ? "changes" : "attempt",
  );
  const attempt = useQuery({
    ...reads.attempt(desk, item.attempt ?? ""),
    enabled: item.attempt !== undefined,
  });
  const open = () => {
    desk.dialogs.close();
    desk.selection.select(item.request);
  };
  return (
    <section className={css.pane} aria-label={`Result of request ${item.request}`}>
      <div className={css.paneHead}>
        <b>#{item.request}</b>
        <span className={css.what} title={itemTitle(item)}>
          {itemTitle(item)}
        </span>
        <span className={css.dim}>{item.ruling ? "" : resultOf(item).text}</span>
        <span className={css.grow} />
        {compared && (
          <Segmented<"changes" | "attempt">
            label="Show"
            items={[
              { id: "changes", label: "Changes" },
              { id: "attempt", label: "Attempt" },
            ]}
            value={view}
            onChange={setView}
          />
        )}
        {item.method !== undefined && (
          <Button small onClick={open}>
            Open request
          </Button>
        )}
        <IconButton label="Close the result" icon={<CloseIcon size={14} />} onClick={onClose} />
      </div>
      {item.note && <p className={css.noteLine}>{item.note}</p>}
      <div className={css.paneBody} data-view={view}>
        {view === "changes" && compared && (
          <CompareView
            left={{ attempt: item.against, side: "answer" }}
            right={{ attempt: item.attempt, side: "answer" }}
            memory="answers"
          />
        )}
        {view === "attempt" && attempt.data && <AttemptView attempt={attempt.data} />}
        {view === "attempt" && attempt.error && <p className={css.reason}>{words(attempt.error)}</p>}
        {item.attempt === undefined && !item.note && <p className={css.note}>Nothing was sent as yet.</p>}
      </div>
    </section>
  );
}
