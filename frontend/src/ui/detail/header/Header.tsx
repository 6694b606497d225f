import { Tooltip } from "@mantine/core";
import { bytes, clock, contentKind, fullTime, ms, titleOf } from "../../../model/format";
import { toldText } from "../../../model/told";
import type { Detail, Via } from "../../../model/types";
import { Tag } from "../../parts";
import { ActionBar } from "./ActionBar";
import { Banner } from "./Banner";
import { Greeting } from "./Greeting";
import css from "./Header.module.css";
import { Marks } from "./Marks";
import { useAgo } from "./useAgo";

const CROSS_SITE =
  "A page of another site made a browser send this. It is kept, but never forwarded by itself.";

const VIA: Record<Exclude<Via, "direct">, string> = {
  sample: "sample",
  tunnel: "through the tunnel",
  relay: "through the relay",
  import: "imported",
};

/** What the request is, what can be done with it, and what somebody noted about it. */
export function Header({ detail }: { detail: Detail }) {
  return (
    <header className={css.header}>
      <Title detail={detail} />
      <Facts detail={detail} />
      <ActionBar detail={detail} />
      <Banner detail={detail} />
      <Greeting detail={detail} />
      <Marks detail={detail} />
    </header>
  );
}

function Title({ detail }: { detail: Detail }) {
  const title = titleOf(detail);
  const line = detail.event
    ? `${detail.method} ${detail.target}`
    : detail.target.slice(title.length - detail.method.length - 1);
  return (
    <div className={css.title}>
      <h2 title={title}>{title}</h2>
      <span className={css.line} title={`${detail.method} ${detail.target}`}>
        {line}
      </span>
      {detail.crossSite && (
        <Tooltip
          label={CROSS_SITE}
          multiline
          w={280}
          withinPortal
          events={{ hover: true, focus: true, touch: true }}
        >
          <button type="button" className={css.mark} aria-label={`Cross-site: ${CROSS_SITE}`}>
            <Tag tone="warn">cross-site</Tag>
          </button>
        </Tooltip>
      )}
      {detail.sig === "valid" && <Tag tone="good">signature valid</Tag>}
      {detail.sig === "invalid" && <Tag tone="bad">signature invalid</Tag>}
    </div>
  );
}

function Facts({ detail }: { detail: Detail }) {
  const since = useAgo(detail.receivedAt);
  const kind = contentKind(detail.contentType);
  const told = toldText(detail.told);
  return (
    <ul className={css.facts} aria-label="Facts">
      <li className={css.seq}>#{detail.seq}</li>
      <li title={fullTime(detail.receivedAt)}>
        {clock(detail.receivedAt, true)} <span className={css.faint}>{since}</span>
      </li>
      <li>
        {detail.status ? (
          <>
            answered <b>{detail.status}</b>
          </>
        ) : (
          "not answered"
        )}
        {told && <span className={css.faint}> {told}</span>}
      </li>
      <li>read in {detail.readMs < 0.1 ? "under 0.1 ms" : ms(detail.readMs)}</li>
      <li title={`${detail.bodyBytes} bytes${detail.contentType ? `, ${detail.contentType}` : ""}`}>
        {detail.bodyBytes === 0 ? "no body" : [bytes(detail.bodyBytes), kind].filter(Boolean).join(" ")}
      </li>
      <li>
        from {addressOf(detail.remoteAddr)}
        {detail.secure && ` over ${detail.protocol === "HTTP/2.0" ? "HTTPS, HTTP/2" : "HTTPS"}`}
      </li>
      <li>{detail.endpoint}</li>
      {detail.via !== "direct" && <li>{VIA[detail.via]}</li>}
    </ul>
  );
}

/** The address without its port, which says nothing. */
function addressOf(remote: string): string {
  return remote.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1") || "unknown";
}
