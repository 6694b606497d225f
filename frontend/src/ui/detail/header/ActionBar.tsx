import { Menu } from "@mantine/core";
import { showKeys } from "../../../model/keys";
import type { Detail } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { useStore } from "../../../state/store";
import { Button, CopyIcon, IconButton, Kbd, NoteIcon, PinIcon, SendIcon, TrashIcon } from "../../parts";
import { copyBody, copyHttp, copyUrlOf } from "../copy";
import css from "./Header.module.css";

/** The buttons of the request. What does not fit goes to icons, then into a menu; keys work always. */
export function ActionBar({ detail }: { detail: Detail }) {
  const desk = useDesk();
  const { actions, mac } = desk;
  useStore(actions.store);
  const key = (id: string) => {
    const combo = actions.find(id)?.keys?.[0];
    return combo && showKeys(combo, mac);
  };
  const isOff = (id: string) => {
    const action = actions.find(id);
    return !action || action.enabled?.() === false;
  };
  const act = (id: string) => ({ kbd: key(id), disabled: isOff(id), onClick: () => actions.run(id) });
  const pinned = useStore(desk.list.view, () => desk.list.rowOf(detail.seq)?.pinned) ?? detail.pinned;
  const pin = pinned ? "Unpin" : "Pin";
  const marked = useStore(desk.selection.store, (s) => s.marked);
  const other = marked === detail.seq ? undefined : marked;
  const compare = other === undefined ? "Compare" : `Compare with #${other}`;
  return (
    <div className={css.bar} role="toolbar" aria-label="Actions">
      <Button look="primary" {...act("request.replay")}>
        Replay
      </Button>
      <Button aria-label="Edit and send" {...act("request.edit")}>
        Edit<span className={css.more}> and send</span>
      </Button>
      <Button aria-label="Forward to…" {...act("request.forward")}>
        Forward<span className={css.more}> to…</span>
      </Button>
      <Button aria-label={compare} title={compare} {...act("request.compare")}>
        Compare{other !== undefined && <span className={css.most}> with #{other}</span>}
      </Button>
      <SendMenu />
      <CopyMenu detail={detail} />
      <span className={css.space} />
      <span className={css.words}>
        <Button look="quiet" aria-pressed={pinned} {...act("request.pin")}>
          {pin}
        </Button>
        <Button look="quiet" {...act("request.note")}>
          Note
        </Button>
        <Button look="quiet" {...act("request.delete")}>
          Delete
        </Button>
      </span>
      <span className={css.icons}>
        <IconButton label={pin} icon={<PinIcon />} pressed={pinned} {...act("request.pin")} />
        <IconButton label="Note" icon={<NoteIcon />} {...act("request.note")} />
        <IconButton label="Delete" icon={<TrashIcon />} {...act("request.delete")} />
      </span>
    </div>
  );
}

/** More ways to send than to one place once. */
function SendMenu() {
  const { actions, mac } = useDesk();
  const entries = ["request.sendMany", "request.simulate", "loop.again"].map((id) => actions.find(id));
  return (
    <Menu position="bottom-start" width={300} withinPortal>
      <Menu.Target>
        <IconButton label="More ways to send" icon={<SendIcon />} />
      </Menu.Target>
      <Menu.Dropdown>
        {entries.map(
          (action) =>
            action && (
              <Menu.Item
                key={action.id}
                rightSection={action.keys?.[0] && <Kbd>{showKeys(action.keys[0], mac)}</Kbd>}
                onClick={() => actions.run(action.id)}
              >
                {action.title}
              </Menu.Item>
            ),
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function CopyMenu({ detail }: { detail: Detail }) {
  const desk = useDesk();
  const copy = (make: () => Promise<void>) => () => void make().catch(desk.toasts.fail);
  const curlKey = desk.actions.find("request.curl")?.keys?.[0];
  return (
    <Menu position="bottom-start" width={200} withinPortal>
      <Menu.Target>
        <Button className={css.copy} aria-label="Copy as…" icon={<CopyIcon />}>
          <span>Copy as…</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          rightSection={curlKey && <Kbd>{showKeys(curlKey, desk.mac)}</Kbd>}
          onClick={() => desk.actions.run("request.curl")}
        >
          cURL command
        </Menu.Item>
        <Menu.Item onClick={copy(() => copyHttp(desk, detail))}>Raw HTTP</Menu.Item>
        <Menu.Item disabled={detail.bodyBytes === 0} onClick={copy(() => copyBody(desk, detail))}>
          Body
        </Menu.Item>
        <Menu.Item onClick={copy(() => copyUrlOf(desk, detail))}>URL</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
