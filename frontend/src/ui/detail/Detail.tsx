import { useQuery } from "@tanstack/react-query";
import type { Detail as DetailData, FilterMark } from "../../model/types";
import { useDesk } from "../../state/desk";
import { useFilterMarks } from "../../state/filters";
import { reads } from "../../state/queries";
import { useStore } from "../../state/store";
import { words } from "../../state/toasts";
import { ComparePicker } from "../compare/ComparePicker";
import { Button, CheckIcon, EmptyState, TabPanel, Tabs } from "../parts";
import { BodyTab } from "./body/BodyTab";
import css from "./Detail.module.css";
import { Deliveries } from "./deliveries/Deliveries";
import { HeadersTab } from "./HeadersTab";
import { Header } from "./header/Header";
import { Marks, OfRequest } from "./marks";
import { RawTab } from "./RawTab";
import { SignatureTab } from "./signature/SignatureTab";

const TABS = ["body", "headers", "raw", "signature", "deliveries", "compare"] as const;
type Tab = (typeof TABS)[number];

/** What stands behind the name of the tab. */
const SIG = {
  none: "",
  valid: (
    <span className={css.sig} data-sig="valid">
      <CheckIcon size={13} />
      <span className="visually-hidden">valid</span>
    </span>
  ),
  invalid: (
    <span className={css.sig} data-sig="invalid">
      <span aria-hidden="true">!</span>
      <span className="visually-hidden">invalid</span>
    </span>
  ),
} as const;

/** The detail pane of one request. */
export function Detail({ seq }: { seq: number }) {
  const desk = useDesk();
  const { data, error, refetch } = useQuery(reads.detail(desk, seq));
  return (
    <section aria-label={`Request ${seq}`} id="detail" tabIndex={-1} className={css.detail} ref={keepFocus}>
      {data && <Loaded detail={data} />}
      {!data && error && (
        <EmptyState
          title="The request cannot be shown"
          actions={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {words(error)}
        </EmptyState>
      )}
    </section>
  );
}

/** Another request takes the place of this one, and the focus that was in it; without one the list does. */
function keepFocus(pane: HTMLElement | null): (() => void) | undefined {
  if (!pane) return undefined;
  return () => {
    if (!pane.contains(document.activeElement)) return;
    queueMicrotask(() => {
      if (document.activeElement !== document.body) return;
      const next =
        document.getElementById("detail") ?? document.querySelector<HTMLElement>('[role="listbox"]');
      next?.focus({ preventScroll: true });
    });
  };
}

function Loaded({ detail }: { detail: DetailData }) {
  const { prefs } = useDesk();
  const kept = useStore(prefs, (p) => p.detailTab);
  const tab: Tab = TABS.find((t) => t === kept) ?? "body";
  const sent = detail.deliveries.waiting + detail.deliveries.delivered + detail.deliveries.failed;
  return (
    <>
      <Header detail={detail} />
      <div className={css.tabs}>
        <Tabs
          id="detail"
          label="Request"
          value={tab}
          onChange={(to) => prefs.update((now) => ({ ...now, detailTab: to }))}
          items={[
            { id: "body", label: "Body" },
            { id: "headers", label: "Headers", extra: detail.headers.length },
            { id: "raw", label: "Raw" },
            { id: "signature", label: "Signature", extra: SIG[detail.sig] },
            { id: "deliveries", label: "Deliveries", extra: sent || "" },
            { id: "compare", label: "Compare" },
          ]}
        />
      </div>
      <TabPanel id="detail" tab={tab} className={css.panel}>
        <Panel tab={tab} detail={detail} />
      </TabPanel>
    </>
  );
}

function Panel({ tab, detail }: { tab: Tab; detail: DetailData }) {
  const marks = useFilterMarks();
  const own = tab === "body" || tab === "headers" || tab === "raw";
  return (
    <OfRequest value={own}>
      <Marks value={own ? marks : NO_MARKS}>{panel(tab, detail)}</Marks>
    </OfRequest>
  );
}

const NO_MARKS: readonly FilterMark[] = [];

function panel(tab: Tab, detail: DetailData) {
  switch (tab) {
    case "body":
      return <BodyTab detail={detail} />;
    case "headers":
      return <HeadersTab detail={detail} />;
    case "raw":
      return <RawTab detail={detail} />;
    case "signature":
      return <SignatureTab detail={detail} />;
    case "deliveries":
      return <Deliveries seq={detail.seq} />;
    case "compare":
      return <ComparePicker seq={detail.seq} />;
  }
}
