import { STANDARD_WAITS, scheduleText } from "../../../model/targets";
import { Segmented, TextField } from "../../parts";
import css from "../Endpoints.module.css";
import type { TabProps } from "./GeneralTab";

/** How often, how fast and in which order deliveries are tried. */
export function DeliveryTab({ draft, change, at }: TabProps) {
  return (
    <>
      <TextField
        label="Waits before each try"
        error={at("policy.waitsMs")}
        hint={`${scheduleText(draft.waits, draft.attempts)} Each wait is varied by up to a fifth, and a target may ask for a longer one with Retry-After.`}
        mono
        first
        value={draft.waits}
        placeholder={STANDARD_WAITS}
        onChange={(waits) => change({ waits })}
      />
      <div className={css.two}>
        <TextField
          label="Tries"
          error={at("policy.attempts")}
          hint="Empty is one for each wait; beyond them the last wait repeats."
          inputMode="numeric"
          value={draft.attempts}
          placeholder={draft.waits.trim() === "" ? "10" : ""}
          onChange={(attempts) => change({ attempts })}
        />
        <TextField
          label="Statuses that count as delivered"
          error={at("policy.success")}
          hint="410 stops at once, whatever is left."
          mono
          value={draft.success}
          placeholder="200-299"
          onChange={(success) => change({ success })}
        />
      </div>
      <div className={css.mode}>
        <Segmented<"parallel" | "order">
          label="Order"
          items={[
            { id: "parallel", label: "Side by side" },
            { id: "order", label: "Strictly in order" },
          ]}
          value={draft.inOrder ? "order" : "parallel"}
          onChange={(id) => change({ inOrder: id === "order" })}
        />
        <p className={css.example}>
          {draft.inOrder
            ? "One after the other, as they arrived. One that fails holds up all behind it until it is delivered, dead or given up."
            : "Later ones do not wait for one that fails."}
        </p>
      </div>
      <div className={css.two}>
        {!draft.inOrder && (
          <TextField
            label="At once, at most"
            error={at("policy.parallel")}
            inputMode="numeric"
            value={draft.parallel}
            placeholder="4"
            onChange={(parallel) => change({ parallel })}
          />
        )}
        <TextField
          label="Tries a second, at most"
          error={at("policy.ratePerSecond")}
          hint="Empty is no limit."
          inputMode="decimal"
          value={draft.rate}
          placeholder="no limit"
          onChange={(rate) => change({ rate })}
        />
      </div>
      <p className={css.example}>
        After 10 failures in a row the target rests: nothing is sent and no tries are spent until one delivery
        gets through. What you send by hand is one try, at once.
      </p>
    </>
  );
}
