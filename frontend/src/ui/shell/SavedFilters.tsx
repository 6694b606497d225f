import { Menu } from "@mantine/core";
import type { SavedFilter } from "../../model/types";
import { useDesk } from "../../state/desk";
import { moveFilter, removeFilter, showFilter } from "../../state/filters";
import { useFilters } from "../../state/queries";
import { useStore } from "../../state/store";
import { IconButton, MoreIcon } from "../parts";
import css from "./Side.module.css";
import { Item } from "./SideItem";

const NONE: SavedFilter[] = [];

/** The saved filters, and the one that the list shows just now. */
export function useSaved(): { saved: SavedFilter[]; current: SavedFilter | undefined } {
  const { scope } = useDesk();
  const { text, endpoint, quick } = useStore(scope);
  const saved = useFilters().data ?? NONE;
  const alone = endpoint === undefined && quick === undefined;
  return { saved, current: alone ? saved.find((f) => f.filter === text.trim()) : undefined };
}

/** The saved filters of the side pane. */
export function SavedFilters() {
  const desk = useDesk();
  const { saved, current } = useSaved();
  const move = (name: string, by: -1 | 1) => void moveFilter(desk, name, by).catch(desk.toasts.fail);
  return saved.map(({ name, filter }, i) => (
    <Item
      key={name}
      name={name}
      title={filter}
      on={current?.name === name}
      onClick={() => showFilter(desk, current?.name === name ? "" : filter)}
      more={
        <Menu position="bottom-start" withinPortal>
          <Menu.Target>
            <IconButton className={css.more} label={`More for the filter ${name}`} icon={<MoreIcon />} />
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => desk.dialogs.open("filter", { name, filter })}>
              Rename or edit…
            </Menu.Item>
            <Menu.Item disabled={i === 0} onClick={() => move(name, -1)}>
              Move up
            </Menu.Item>
            <Menu.Item disabled={i === saved.length - 1} onClick={() => move(name, 1)}>
              Move down
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item data-danger onClick={() => void removeFilter(desk, name).catch(desk.toasts.fail)}>
              Delete
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      }
    />
  ));
}
