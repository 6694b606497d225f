import { Menu } from "@mantine/core";
import { useDesk } from "../../state/desk";
import { useStore } from "../../state/store";
import { IconButton, MoreIcon } from "../parts";

/** What can be done to all requests in the list. */
export function ListMenu() {
  const { actions, list, selection } = useDesk();
  const empty = useStore(list.view, (v) => v.length === 0);
  const marked = useStore(selection.store, (s) => s.marked);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <IconButton label="More for the list" icon={<MoreIcon />} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={empty} onClick={() => actions.run("list.readAll")}>
          Mark all as read
        </Menu.Item>
        <Menu.Item disabled={empty} onClick={() => actions.run("list.sendAll")}>
          Send all to…
        </Menu.Item>
        <Menu.Item onClick={() => actions.run("loop.pinned")}>Replay the pinned requests</Menu.Item>
        <Menu.Item onClick={() => actions.run("runs.show")}>Runs so far…</Menu.Item>
        {marked !== undefined && (
          <Menu.Item onClick={() => selection.mark(undefined)}>Take back the mark for comparing</Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item data-danger disabled={empty} onClick={() => actions.run("list.clear")}>
          Delete all…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
