import { unverified, type Verdict, verdictTitle } from "../../../model/signature";
import { useNames } from "../../../state/signing";
import css from "./Signature.module.css";

/** The verdict in words: what was found, why, and what to do. */
export function Banner({ verdict }: { verdict: Verdict }) {
  const names = useNames();
  const tone = verdict.valid ? "good" : unverified(verdict.reason) ? "plain" : "bad";
  const [first, ...more] = verdict.hints;
  return (
    <section className={css.banner} data-tone={tone} aria-label="Verdict" aria-live="polite">
      <h3>{verdictTitle(verdict, names)}</h3>
      {first && <p>{first}</p>}
      {more.length > 0 && (
        <ul>
          {more.map((hint) => (
            <li key={hint}>{hint}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
