import { ms } from "../../../model/format";
import type { Phases } from "../../../model/types";
import css from "./Deliveries.module.css";

const PHASES: { id: keyof Omit<Phases, "total">; label: string }[] = [
  { id: "dns", label: "DNS" },
  { id: "connect", label: "connect" },
  { id: "tls", label: "TLS" },
  { id: "firstByte", label: "first byte" },
];

/** Less would be shown as 0.0 ms. */
const LEAST_MS = 0.05;

/** The phases as one bar and in words. */
export function Timing({ phases, read }: { phases: Phases; read: boolean }) {
  const known = PHASES.map((p) => ({ ...p, took: phases[p.id] }));
  const rest = Math.max(0, phases.total - known.reduce((sum, p) => sum + p.took, 0));
  const parts = [...known, { id: "rest" as const, label: read ? "reading" : "waiting", took: rest }].filter(
    (p) => p.took >= LEAST_MS,
  );
  const sum = parts.reduce((all, p) => all + p.took, 0);
  if (phases.total <= 0 || parts.length === 0) return null;
  return (
    <div className={css.timing}>
      <div className={css.timingBar} aria-hidden="true">
        {parts.map((p) => (
          <i key={p.id} data-phase={p.id} style={{ flexGrow: p.took / sum }} />
        ))}
      </div>
      <div className={css.timingWords}>
        {parts.map((p) => (
          <span key={p.id}>
            <i data-phase={p.id} aria-hidden="true" />
            {p.label} {ms(p.took)}
          </span>
        ))}
        <span className={css.total}>total {ms(phases.total)}</span>
      </div>
    </div>
  );
}
