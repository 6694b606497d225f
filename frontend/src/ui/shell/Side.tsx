import { Menu } from "@mantine/core";
import { plural } from "../../model/format";
import { everything, filterOf, type Scope } from "../../model/scope";
import { targetState } from "../../model/standing";
import type { Endpoint, Target } from "../../model/types";
import { copyUrl, INBOX } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useEndpoints, useStatus, useTargets } from "../../state/queries";
import { askRedrive, tryTarget } from "../../state/redrive";
import { useStore } from "../../state/store";
import { useNow } from "../../state/useNow";
import { Dot, IconButton, MoreIcon, PlusIcon } from "../parts";
import { SavedFilters, useSaved } from "./SavedFilters";
import css from "./Side.module.css";
import { Item } from "./SideItem";

/** Where to look: endpoints, quick filters, targets. */
export function Side() {
  const desk = useDesk();
  const endpoints = useEndpoints().data ?? [];
  const targets = useTargets().data ?? [];
  const history = useStatus().data?.history;
  const scope = useStore(desk.scope);
  const dead = targets.reduce((sum, t) => sum + (t.deliveries?.dead ?? 0), 0);
  const { current } = useSaved();
  const quick = (id: NonNullable<Scope["quick"]>) => ({
    on: scope.quick === id,
    onClick: () => desk.setScope({ ...everything, quick: scope.quick === id ? undefined : id }),
  });
  return (
    <nav className={css.side} aria-label="Endpoints, filters and targets">
      <Head title="Endpoints" add="Add an endpoint" onAdd={() => desk.actions.run("endpoint.add")} />
      <ul>
        <Item
          name="All requests"
          on={scope.endpoint === undefined && scope.quick === undefined && current === undefined}
          onClick={() => desk.setScope(everything)}
          total={history?.requests}
        />
        {endpoints.map((e) => (
          <EndpointItem key={e.slug} endpoint={e} on={scope.endpoint === e.slug} />
        ))}
      </ul>
      <Head
        title="Filters"
        add="Save a filter"
        onAdd={() => desk.dialogs.open("filter", { filter: filterOf(desk.scope.get()).filter })}
      />
      <ul>
        <Item name="Unread" {...quick("unread")} total={history?.unread} />
        <Item name="Pinned" {...quick("pinned")} total={history?.pinned} />
        <Item name="Failed deliveries" {...quick("failed")} total={history?.failed} />
        {(dead > 0 || scope.quick === "dead") && <Item name="Dead letters" {...quick("dead")} total={dead} />}
        <SavedFilters />
      </ul>
      <Head title="Targets" add="Add a target" onAdd={() => desk.actions.run("target.add")} />
      {targets.length === 0 ? (
        <p className={css.none}>No targets yet</p>
      ) : (
        <ul>
          {targets.map((t) => (
            <TargetItem key={t.name} target={t} />
          ))}
        </ul>
      )}
    </nav>
  );
}

function EndpointItem({ endpoint, on }: { endpoint: Endpoint; on: boolean }) {
  const desk = useDesk();
  const { slug } = endpoint;
  return (
    <Item
      name={endpoint.name || slug}
      title={endpoint.url}
      on={on}
      onClick={() => desk.setScope({ ...everything, endpoint: slug })}
      total={endpoint.requests}
      unread={endpoint.unread}
      more={
        <Menu position="bottom-start" withinPortal>
          <Menu.Target>
            <IconButton className={css.more} label={`More for ${slug}`} icon={<MoreIcon />} />
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => void copyUrl(desk, slug).catch(desk.toasts.fail)}>Copy URL</Menu.Item>
            <Menu.Item onClick={() => desk.dialogs.open("samples", { endpoint: slug })}>
              Send a sample here…
            </Menu.Item>
            <Menu.Item onClick={() => desk.dialogs.open("endpoint", { slug })}>
              {slug === INBOX ? "Reply and targets…" : "Edit…"}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      }
    />
  );
}

function TargetItem({ target }: { target: Target }) {
  const desk = useDesk();
  const resting = target.breaker?.state === "open";
  const now = useNow(resting);
  const state = targetState(target, now);
  const dead = target.deliveries?.dead ?? 0;
  const { name, url } = target;
  return (
    <li className={`${css.item} ${css.withMore}`}>
      <button
        type="button"
        className={css.main}
        title={state ? `${url}\n${name} ${state.text}` : url}
        aria-label={`Target ${name}, ${state ? `${state.text}, ` : ""}${url}`}
        onClick={() => desk.dialogs.open("target", { name })}
      >
        <Dot tone={state?.tone ?? "good"} />
        <span className={css.name}>{name}</span>
        {state && resting ? (
          <span className={css.host}>rests</span>
        ) : (
          hostOf(url) !== name && <span className={css.host}>{hostOf(url)}</span>
        )}
      </button>
      {(resting || dead > 0) && (
        <Menu position="bottom-start" withinPortal>
          <Menu.Target>
            <IconButton className={css.more} label={`More for target ${name}`} icon={<MoreIcon />} />
          </Menu.Target>
          <Menu.Dropdown>
            {resting && (
              <Menu.Item onClick={() => void tryTarget(desk, name).catch(desk.toasts.fail)}>
                Try now
              </Menu.Item>
            )}
            {dead > 0 && (
              <Menu.Item
                onClick={() => askRedrive(desk, { filter: "", target: name, states: ["dead"] }, dead)}
              >
                Send {plural(dead, "dead letter")} again…
              </Menu.Item>
            )}
            <Menu.Item onClick={() => desk.dialogs.open("target", { name })}>Edit…</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}

function Head({ title, add, onAdd }: { title: string; add?: string; onAdd?: () => void }) {
  return (
    <div className={css.head}>
      <h2>{title}</h2>
      {add && <IconButton label={add} icon={<PlusIcon size={14} />} onClick={onAdd} />}
    </div>
  );
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
