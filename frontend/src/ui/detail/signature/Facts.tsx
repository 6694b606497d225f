import type { ReactNode } from "react";
import { fullTime, rowTime } from "../../../model/format";
import { ageText, apart, type Parts, placeText, type Verdict } from "../../../model/signature";
import type { Detail } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { useNames } from "../../../state/signing";
import { Button, CopyButton } from "../../parts";
import css from "./Signature.module.css";

interface FactsProps {
  verdict: Verdict;
  detail: Detail;
  /** Opens the form; undefined when it is open or there is nothing to change. */
  onChange: (() => void) | undefined;
}

/** By what a request was verified, and what came of it. */
export function Facts({ verdict, detail, onChange }: FactsProps) {
  const names = useNames();
  const scheme = names.scheme(verdict.scheme);
  const byKey = scheme?.needsPublicKey === true && !scheme.needsSecret;
  const { expected = "", received = "" } = verdict;
  const differ = expected !== "" && received !== "" && expected !== received && !verdict.valid;
  const [ours, theirs] = differ ? apart(expected, received) : [undefined, undefined];
  return (
    <dl className={css.facts}>
      <Fact name="Scheme">
        {scheme ? (
          <>
            {scheme.name} · {scheme.algorithm}
            {scheme.signs && (
              <>
                {" over "}
                <code>{scheme.signs}</code>
              </>
            )}
          </>
        ) : (
          <span className={css.faint}>not known</span>
        )}
      </Fact>
      <Fact name={byKey ? "Public key" : "Secret"}>
        {byKey && verdict.reason !== "no_public_key" ? (
          <span>of the endpoint {verdict.endpoint}</span>
        ) : verdict.secretSet && !byKey ? (
          <span title={verdict.secretPlace?.why}>
            of the endpoint {verdict.endpoint},{" "}
            {placeText(verdict.secretPlace && { place: verdict.secretPlace.place })}
          </span>
        ) : (
          <span className={css.faint}>none is set for the endpoint {verdict.endpoint}</span>
        )}
        {onChange && (
          <Button small onClick={onChange}>
            {verdict.secretSet ? "Change or try another" : byKey ? "Set the key" : "Set a secret"}
          </Button>
        )}
      </Fact>
      {verdict.timestamp && (
        <Fact name="Signed at">
          <span title={fullTime(verdict.timestamp)}>{rowTime(verdict.timestamp, new Date())}</span>{" "}
          <span className={css.faint}>
            {ageText(verdict.timestamp, detail.receivedAt, verdict.toleranceSeconds)}
          </span>
        </Fact>
      )}
      {received && (
        <Fact name="Received">
          <Signature text={received} parts={theirs} name="received signature" />
        </Fact>
      )}
      {expected && differ && (
        <Fact name="Expected">
          <Signature text={expected} parts={ours} name="expected signature" />
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A signature, marked where it differs from the other one. */
function Signature({ text, parts, name }: { text: string; parts: Parts | undefined; name: string }) {
  const { host } = useDesk();
  return (
    <span className={css.signature}>
      <code>
        {parts ? (
          <>
            {parts.start}
            <em>{parts.middle}</em>
            {parts.end}
          </>
        ) : (
          text
        )}
      </code>
      <CopyButton iconOnly label={`Copy the ${name}`} onCopy={() => host.copyText(text)} />
    </span>
  );
}
