import { useQuery } from "@tanstack/react-query";
import { isAnswered } from "../../model/reply";
import type { Handshake, HandshakeMode, Handshakes } from "../../model/types";
import { useDesk } from "../../state/desk";
import { reads } from "../../state/queries";
import { words } from "../../state/toasts";
import { Segmented, Tag, TextField } from "../parts";
import css from "./Reply.module.css";

interface HandshakesTabProps {
  set: Handshakes;
  provider: string;
  /** Whether the endpoint answers with its target's answer. */
  target: boolean;
  at(field: string): string | undefined;
  onChange(set: Handshakes): void;
}

/** Which of the providers' questions Creel answers by itself. */
export function HandshakesTab({ set, provider, target, at, onChange }: HandshakesTabProps) {
  const desk = useDesk();
  const { data, error } = useQuery(reads.handshakes(desk));
  const mode = set.mode ?? "auto";
  const all = [...(data ?? [])].sort((a, b) => a.name.localeCompare(b.name));
  const answered = all.filter((h) => isAnswered(h, set, provider, target));
  const toggle = (id: string, on: boolean) =>
    onChange({ ...set, ids: on ? [...(set.ids ?? []), id] : (set.ids ?? []).filter((i) => i !== id) });
  return (
    <div className={css.form}>
      <div className={css.choice}>
        <Segmented<HandshakeMode>
          label="Handshakes that are answered"
          items={[
            { id: "auto", label: "Automatic" },
            { id: "chosen", label: "Chosen ones" },
            { id: "off", label: "None" },
          ]}
          value={mode}
          onChange={(to) =>
            onChange({
              ...set,
              mode: to,
              ...(to === "chosen" && !set.ids?.length ? { ids: answered.map((h) => h.id) } : {}),
            })
          }
        />
        <p className={css.hint}>{explain(mode, provider, target)}</p>
      </div>
      {at("handshakes.ids") && <p role="alert">{at("handshakes.ids")}</p>}
      {error && <p role="alert">{words(error)}</p>}
      {(mode === "chosen" ? all : answered).length > 0 && (
        <ul className={css.handshakes} aria-label="Handshakes">
          {(mode === "chosen" ? all : answered).map((h) => (
            <Line
              key={h.id}
              handshake={h}
              checked={mode === "chosen" ? answered.includes(h) : undefined}
              onCheck={(on) => toggle(h.id, on)}
            />
          ))}
        </ul>
      )}
      {answered.some((h) => h.id === "meta") && (
        <TextField
          label="Verify token of Meta"
          error={at("handshakes.verifyToken")}
          hint="What the app’s settings at Meta name; another one is answered 403. Empty lets any pass."
          mono
          value={set.verifyToken ?? ""}
          onChange={(verifyToken) => onChange({ ...set, verifyToken })}
        />
      )}
    </div>
  );
}

function explain(mode: HandshakeMode, provider: string, target: boolean): string {
  if (mode === "off") return "Every request gets the reply, handshakes too.";
  if (mode === "chosen")
    return "Those ticked are answered as their providers want it, unless a rule answers.";
  if (target) return "The target is asked, since it answers here; Creel answers none by itself.";
  return provider === ""
    ? "Creel answers what a provider asks before it sends events, where that cannot be mistaken for an event."
    : "Creel answers what the chosen provider asks before it sends events.";
}

interface LineProps {
  handshake: Handshake;
  /** undefined: it cannot be chosen here. */
  checked: boolean | undefined;
  onCheck(on: boolean): void;
}

function Line({ handshake: h, checked, onCheck }: LineProps) {
  const words = (
    <>
      <b>{h.name}</b>
      <span className={css.asks}>
        {h.asks} <span aria-hidden="true">→</span> {h.answers}
      </span>
      {h.needs && <Tag tone="info">needs the {h.needs}</Tag>}
    </>
  );
  if (checked === undefined) return <li className={css.handshake}>{words}</li>;
  return (
    <li>
      <label className={css.handshake}>
        <input
          type="checkbox"
          aria-label={h.name}
          checked={checked}
          onChange={(event) => onCheck(event.currentTarget.checked)}
        />
        {words}
      </label>
    </li>
  );
}
