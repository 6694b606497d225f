import { count } from "../../model/format";
import { useDesk } from "../../state/desk";
import { useStore } from "../../state/store";
import { Button, CloseIcon, IconButton } from "../parts";
import css from "./List.module.css";

const BUTTONS = [
  ["picks.replay", "Replay"],
  ["request.sendMany", "Send to…"],
  ["picks.compare", "Compare"],
  ["picks.pin", "Pin"],
  ["picks.delete", "Delete"],
] as const;

/** What can be done to the requests that are picked together; nothing while none is. */
export function SelectionBar() {
  const { picks, actions } = useDesk();
  const chosen = useStore(picks.store);
  useStore(actions.store);
  if (chosen.size === 0) return null;
  return (
    <div className={css.picked} role="toolbar" aria-label="Selected requests">
      <span role="status">{count(chosen.size)} selected</span>
      {BUTTONS.map(([id, label]) => (
        <Button
          key={id}
          small
          look="quiet"
          disabled={actions.find(id)?.enabled?.() === false}
          onClick={() => actions.run(id)}
        >
          {label}
        </Button>
      ))}
      <span className={css.pickedGrow} />
      <IconButton label="Clear the selection" icon={<CloseIcon size={13} />} onClick={picks.clear} />
    </div>
  );
}
