import type { Verdict } from "../../../model/signature";
import { useDesk } from "../../../state/desk";
import { useResign } from "../../../state/signing";
import { CopyButton } from "../../parts";
import css from "./Signature.module.css";

/** Whether to sign anew what is sent on. The choice is remembered, for every request where it is possible. */
export function ResignChoice({ verdict }: { verdict: Verdict | undefined }) {
  const { prefs, host } = useDesk();
  const wanted = useResign();
  // Of a request that nobody signed there is nothing to say.
  if (!verdict || (verdict.scheme === "" && !verdict.secretSet)) return null;
  const { possible, text, publicKey } = verdict.resign;
  return (
    <div className={css.resign}>
      <label>
        <input
          type="checkbox"
          checked={wanted && possible}
          disabled={!possible}
          onChange={(event) => {
            const resign = event.currentTarget.checked;
            prefs.update((now) => ({ ...now, resign }));
          }}
        />
        Sign anew when it is sent on
      </label>
      <p>{possible ? text : `Not possible: ${text}.`}</p>
      {publicKey && (
        <p className={css.key}>
          <code>{publicKey}</code>
          <CopyButton small label="Copy public key" onCopy={() => host.copyText(publicKey)} />
        </p>
      )}
    </div>
  );
}
