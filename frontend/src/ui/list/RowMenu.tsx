import { Menu } from "@mantine/core";
import { termFor } from "../../model/filtertext";
import { pathOf } from "../../model/format";
import { showKeys } from "../../model/keys";
import { useDesk } from "../../state/desk";
import { narrow } from "../../state/filters";
import { useStore } from "../../state/store";
import { Kbd } from "../parts";
import css from "./List.module.css";

export interface RowMenuPlace {
  x: number;
  y: number;
}

const ENTRIES = [
  "request.replay",
  "request.edit",
  "request.forward",
  "request.sendMany",
  "request.simulate",
  "request.compare",
  "request.curl",
  "request.pin",
  "request.note",
  "request.unread",
  "request.delete",
];

/** The context menu of the selected row: the actions of the request. */
export function RowMenu({ place, onClose }: { place: RowMenuPlace | undefined; onClose(): void }) {
  const desk = useDesk();
  const { actions, mac, selection, list } = desk;
  useStore(actions.store);
  const seq = useStore(selection.store, (s) => s.seq);
  if (!place) return null;
  const row = seq === undefined ? undefined : list.rowOf(seq);
  const terms = row
    ? [
        ["event", row.event ? termFor("event", row.event) : undefined],
        ["path", termFor("path", pathOf(row.target))],
        ["endpoint", row.endpoint ? termFor("endpoint", row.endpoint) : undefined],
      ]
    : [];
  return (
    <Menu opened onClose={onClose} position="bottom-start" offset={2} width={240} withinPortal>
      <Menu.Target>
        <button
          type="button"
          tabIndex={-1}
          className={css.menuPlace}
          aria-label="Actions of the request"
          style={{ left: place.x, top: place.y }}
        />
      </Menu.Target>
      <Menu.Dropdown>
        {ENTRIES.map((id) => {
          const action = actions.find(id);
          if (!action) return null;
          const key = action.keys?.[0];
          return (
            <Menu.Item
              key={id}
              disabled={action.enabled?.() === false}
              data-danger={id === "request.delete" || undefined}
              rightSection={key && <Kbd>{showKeys(key, mac)}</Kbd>}
              onClick={() => actions.run(id)}
            >
              {id === "request.pin" ? (row?.pinned ? "Unpin" : "Pin") : action.title}
            </Menu.Item>
          );
        })}
        <Menu.Divider />
        {terms.map(
          ([what, term]) =>
            term && (
              <Menu.Item key={what} title={term} onClick={() => narrow(desk, term)}>
                Only this {what}
              </Menu.Item>
            ),
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
