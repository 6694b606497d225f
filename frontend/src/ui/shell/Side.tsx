import { Menu } from "@mantine/core";
import { everything, filterOf, type Scope } from "../../model/scope";
import type { Endpoint, Target } from "../../model/types";
import { copyUrl, INBOX } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useEndpoints, useStatus, useTargets } from "../../state/queries";
import { useStore } from "../../state/store";
import { IconButton, MoreIcon, PlusIcon } from "../parts";
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
  const { dialogs } = useDesk();
  return (
    <li className={css.item}>
      <button
        type="button"
        className={css.main}
        title={target.url}
        aria-label={`Target ${target.name}, ${target.url}`}
        onClick={() => dialogs.open("target", { name: target.name })}
      >
        <span className={css.name}>{target.name}</span>
        {hostOf(target.url) !== target.name && <span className={css.host}>{hostOf(target.url)}</span>}
      </button>
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
