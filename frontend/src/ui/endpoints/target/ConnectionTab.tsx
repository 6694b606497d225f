import type { TargetDraft } from "../../../model/targets";
import { Field, inputClass, Segmented, TextField } from "../../parts";
import css from "../Endpoints.module.css";
import type { TabProps } from "./GeneralTab";

/** How the target is reached, and whom to believe that it is the target. */
export function ConnectionTab({ draft, change, at }: TabProps) {
  return (
    <>
      <div className={css.two}>
        <TextField
          label="Give up after, in seconds"
          error={at("timeoutMs")}
          hint="Of one try, from beginning to end."
          inputMode="decimal"
          first
          value={draft.timeout}
          onChange={(timeout) => change({ timeout })}
        />
        <TextField
          label="First byte within, in seconds"
          error={at("connection.firstByteTimeoutMs")}
          hint="Until the answer begins."
          inputMode="decimal"
          value={draft.firstByte}
          placeholder="as the whole"
          onChange={(firstByte) => change({ firstByte })}
        />
        <TextField
          label="Connected within, in seconds"
          error={at("connection.connectTimeoutMs")}
          inputMode="decimal"
          value={draft.connect}
          placeholder="5"
          onChange={(connect) => change({ connect })}
        />
        <TextField
          label="TLS handshake within, in seconds"
          error={at("connection.tlsTimeoutMs")}
          inputMode="decimal"
          value={draft.tls}
          placeholder="10"
          onChange={(tls) => change({ tls })}
        />
      </div>
      <div className={css.mode}>
        <Choice title="Certificate">
          <Segmented<TargetDraft["verify"]>
            label="Certificate"
            items={[
              { id: "system", label: "Check it" },
              { id: "ca", label: "Trust this authority" },
              { id: "skip", label: "Do not check" },
            ]}
            value={draft.verify}
            onChange={(verify) => change({ verify })}
          />
        </Choice>
        {draft.verify === "skip" && (
          <p className={css.warn} role="note">
            Anybody on the way can pretend to be this target and read what is sent. Every try says so.
          </p>
        )}
      </div>
      {draft.verify === "ca" && (
        <Field
          label="Certificate of the authority (PEM)"
          error={at("connection.caPem")}
          hint="This one alone is trusted for this target, and the name must still be right."
        >
          {(ids) => (
            <textarea
              {...ids}
              className={`${inputClass} mono ${css.pem}`}
              spellCheck={false}
              rows={5}
              placeholder="-----BEGIN CERTIFICATE-----"
              value={draft.caPem}
              onChange={(e) => change({ caPem: e.currentTarget.value })}
            />
          )}
        </Field>
      )}
      <div className={css.mode}>
        <Choice title="Host line">
          <Segmented<TargetDraft["host"]>
            label="Host line"
            items={[
              { id: "target", label: "Of the URL" },
              { id: "original", label: "As it came" },
              { id: "fixed", label: "This one" },
            ]}
            value={draft.host}
            onChange={(host) => change({ host })}
          />
        </Choice>
        {draft.host === "fixed" && (
          <TextField
            label="Host"
            error={at("connection.hostName")}
            mono
            value={draft.hostName}
            placeholder="shop.example.com"
            onChange={(hostName) => change({ hostName })}
          />
        )}
      </div>
      <div className={css.mode}>
        <Choice title="Redirects">
          <Segmented<string>
            label="Redirects"
            items={[
              { id: "0", label: "Do not follow" },
              { id: "1", label: "One" },
              { id: "2", label: "Two" },
              { id: "3", label: "Three" },
            ]}
            value={draft.redirects}
            onChange={(redirects) => change({ redirects })}
          />
        </Choice>
        <p className={css.example}>
          {draft.redirects === "0"
            ? "A redirect counts as a failure."
            : "307 and 308 keep method and body. Credentials do not follow to another host."}
        </p>
      </div>
    </>
  );
}

function Choice({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className={css.choice}>
      <span aria-hidden="true">{title}</span>
      {children}
    </div>
  );
}
