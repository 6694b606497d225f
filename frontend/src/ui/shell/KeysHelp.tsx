import { showKeys } from "../../model/keys";
import type { Action } from "../../state/actions";
import { useDesk } from "../../state/desk";
import { useDialog } from "../../state/dialogs";
import { useStore } from "../../state/store";
import { Dialog, Kbd } from "../parts";
import css from "./Shell.module.css";

const GROUPS: Action["group"][] = ["Request", "List", "Go to", "Endpoints", "Creel"];

/** Every key, read from the registry of actions. */
export function KeysHelp() {
  const { dialogs, actions, mac } = useDesk();
  const open = useDialog("keys") !== undefined;
  useStore(actions.store);
  const withKeys = open ? actions.all().filter((a) => a.keys && a.keys.length > 0) : [];
  return (
    <Dialog open={open} onClose={dialogs.close} title="Keys" size={680}>
      <div className={css.keys}>
        {GROUPS.map((group) => {
          const found = withKeys.filter((a) => a.group === group);
          if (found.length === 0) return null;
          return (
            <section key={group} className={css.keysGroup}>
              <h3>{group}</h3>
              <dl>
                {found.map((a) => (
                  <div key={a.id}>
                    <dt>{a.title}</dt>
                    <dd>
                      {a.keys?.map((k) => (
                        <Kbd key={k}>{showKeys(k, mac)}</Kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
