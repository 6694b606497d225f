import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { changesText, clock, errorWord, fullTime, ms, plural, statusTone } from "../../../model/format";
import { standingOf } from "../../../model/standing";
import type { Attempt, Delivery } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { reads } from "../../../state/queries";
import { aboutSends, placeOf, retry } from "../../../state/sending";
import { useStore } from "../../../state/store";
import { words } from "../../../state/toasts";
import { useNow } from "../../../state/useNow";
import { ArrowUpIcon, Button, ChevronIcon, CopyButton, EmptyState, Tag } from "../../parts";
import { AttemptView, compareAnswers } from "./AttemptView";
import css from "./Deliveries.module.css";
import { MiddleCut } from "./MiddleCut";
import { TransformLogs } from "./TransformLogs";
import { useAnchor } from "./useAnchor";

/** Where a request was sent, and every try with what came back. */
export function Deliveries({ seq }: { seq: number }) {
  const desk = useDesk();
  const query = useQuery(reads.deliveries(desk, seq));
  useSeen(aboutSends(seq));
  if (query.error && !query.data) {
    return (
      <EmptyState title="The deliveries cannot be read">
        <p>{words(query.error)}</p>
      </EmptyState>
    );
  }
  if (!query.data) return null;
  if (query.data.length === 0) {
    return (
      <EmptyState
        title="Not sent on yet"
        actions={
          <Button look="primary" kbd="F" onClick={() => desk.actions.run("request.forward")}>
            Forward to…
          </Button>
        }
      >
        <p>
          Forward this request to the app you are working on; replay it with R after each change, and see what
          its answer changed. A target of the endpoint gets every new request by itself.
        </p>
      </EmptyState>
    );
  }
  return <DeliveryList deliveries={query.data} />;
}

/** The newest first. Whoever has scrolled down goes on reading in peace; a button tells of new ones. */
function DeliveryList({ deliveries }: { deliveries: readonly Delivery[] }) {
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const scrolled = useAnchor(box, list);
  const newest = deliveries[0]?.id;
  const [seen, setSeen] = useState(newest);
  if (!scrolled && seen !== newest) setSeen(newest);
  const fresh = Math.max(
    0,
    deliveries.findIndex((d) => d.id === seen),
  );
  const showNew = () => {
    list.current?.querySelector<HTMLElement>("li")?.focus({ preventScroll: true });
    if (box.current) box.current.scrollTop = 0;
  };
  return (
    <div className={css.scroller} ref={box}>
      <div className={css.pillPlace} role="status">
        {fresh > 0 && (
          <Button
            small
            look="primary"
            icon={<ArrowUpIcon size={13} />}
            className={css.pill}
            onClick={showNew}
          >
            {plural(fresh, "new delivery", "new deliveries")}
          </Button>
        )}
      </div>
      <ol className={css.list} aria-label="Deliveries, newest first" ref={list}>
        {deliveries.map((delivery, i) => (
          <DeliveryItem key={delivery.id} delivery={delivery} first={i === 0} />
        ))}
      </ol>
    </div>
  );
}

const AGAIN = new Set<Delivery["state"]>(["failed", "dead", "cancelled", "dropped"]);
const SEEN_MS = 6_000;

/** The messages about failures that are told here go: at once, and later ones after a while. */
function useSeen(about: string): void {
  const { toasts } = useDesk();
  useEffect(() => toasts.seen(about), [about, toasts]);
  const failed = useStore(toasts.store, (all) => all.find((t) => t.about === about && t.tone === "bad")?.id);
  useEffect(() => {
    if (failed === undefined) return;
    const timer = setTimeout(() => toasts.seen(about), SEEN_MS);
    return () => clearTimeout(timer);
  }, [failed, about, toasts]);
}

function DeliveryItem({ delivery, first }: { delivery: Delivery; first: boolean }) {
  const desk = useDesk();
  const pending = delivery.state === "waiting" || delivery.state === "sending";
  const now = useNow(delivery.state === "waiting");
  const standing = standingOf(delivery, now);
  const giveUp = async () => {
    await desk.door.cancel(delivery.id);
    await desk.queries.invalidateQueries({ queryKey: ["request", delivery.request, "deliveries"] });
  };
  const item = useRef<HTMLLIElement>(null);
  // The button that was pressed goes away: the focus stays at its delivery.
  const press = (act: () => Promise<void>) => {
    item.current?.focus({ preventScroll: true });
    act().catch(desk.toasts.fail);
  };
  return (
    <li className={css.delivery} ref={item} tabIndex={-1} data-anchor>
      <div className={css.head}>
        <Tag tone={standing.tone}>{standing.word}</Tag>
        <span className={css.place}>
          {delivery.target && <b>{delivery.target}</b>}
          <MiddleCut text={placeOf({ url: delivery.url })} title={delivery.url} />
          <CopyButton
            iconOnly
            label={`Copy ${delivery.url}`}
            onCopy={() => desk.host.copyText(delivery.url)}
          />
        </span>
        {delivery.transformed && (
          <Tag tone="purple" title="The target’s transform made what was sent">
            transformed
          </Tag>
        )}
        {delivery.edited && <Tag tone="purple">edited</Tag>}
        {delivery.resigned && (
          <Tag tone="purple" title="The signature was made anew for this delivery, at each try">
            signed anew
          </Tag>
        )}
        {delivery.state === "waiting" && (
          <Button small onClick={() => press(() => retry(desk, delivery))}>
            Try now
          </Button>
        )}
        {AGAIN.has(delivery.state) && (
          <Button small onClick={() => press(() => retry(desk, delivery))}>
            Retry
          </Button>
        )}
        {pending && (
          <Button small onClick={() => press(giveUp)}>
            Give up
          </Button>
        )}
      </div>
      <p className={css.standing}>
        {standing.text && <span>{standing.text}</span>}
        <span>{delivery.kind === "forward" ? "forwarded" : "replayed"}</span>
        <span title={fullTime(delivery.createdAt)}>{clock(delivery.createdAt)}</span>
      </p>
      {delivery.logs && <TransformLogs lines={delivery.logs} />}
      {delivery.attempts.length === 0 && (
        <p className={css.none}>
          {delivery.state === "sending" ? "On its way…" : pending ? "Not tried yet." : "Never tried."}
        </p>
      )}
      {delivery.attempts.toReversed().map((attempt, i) => (
        <AttemptItem key={attempt.id} attempt={attempt} open={first && i === 0} />
      ))}
    </li>
  );
}

function AttemptItem({ attempt, open: initially }: { attempt: Attempt; open: boolean }) {
  const desk = useDesk();
  const [open, setOpen] = useState(initially);
  return (
    <div className={css.attempt} data-anchor>
      <div className={css.attemptHead}>
        <button type="button" className={css.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className={css.chevron} data-open={open || undefined}>
            <ChevronIcon size={14} />
          </span>
          <span>Attempt {attempt.n}</span>
          {attempt.status ? (
            <Tag tone={statusTone(attempt.status)}>{attempt.status}</Tag>
          ) : (
            <Tag tone="bad">{errorWord(attempt.error?.kind ?? "internal")}</Tag>
          )}
          <span className={css.faint}>{ms(attempt.phasesMs.total)}</span>
        </button>
        {attempt.unverified && (
          <Tag tone="bad" title="The certificate of the target was not checked, as its settings say">
            not verified
          </Tag>
        )}
        {attempt.against && attempt.changes !== undefined && (
          <Button
            small
            look="quiet"
            onClick={() => compareAnswers(desk, attempt)}
            title="Compare with the previous answer"
          >
            {changesText(attempt.changes)}
          </Button>
        )}
        <span className={css.grow} />
        <span className={css.faint} title={fullTime(attempt.startedAt)}>
          {clock(attempt.startedAt, true)}
        </span>
      </div>
      {open && <AttemptView attempt={attempt} />}
    </div>
  );
}
