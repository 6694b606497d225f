import { useState } from "react";
import { placeText, type SecretPlace, type Signatures, span } from "../../../model/signature";
import { Field, inputClass, TextField } from "../../parts";
import css from "./Signature.module.css";
import { type SigningDraft, schemeOf } from "./signingDraft";

interface SigningFieldsProps {
  draft: SigningDraft;
  onChange(part: Partial<SigningDraft>): void;
  known: Signatures;
  /** The provider and the scheme that the request at hand tells; "" for none. */
  detected: { provider: string; scheme: string };
  /** Where the secret is that is set; undefined when none is. */
  set: SecretPlace | undefined;
  at(field: string): string | undefined;
}

/** Who signs, how, and the secret. */
export function SigningFields({ draft, onChange, known, detected, set, at }: SigningFieldsProps) {
  const scheme = schemeOf(draft, known, draft.provider === "" ? detected.scheme : "");
  const provider = known.providers.find((p) => p.id === (draft.provider || detected.provider));
  const recognised = known.providers.find((p) => p.id === detected.provider)?.name;
  const schemes =
    draft.provider && provider ? known.schemes.filter((s) => provider.schemes.includes(s.id)) : known.schemes;
  return (
    <>
      <Field label="Provider" error={at("provider")}>
        {(ids) => (
          <select
            {...ids}
            className={inputClass}
            value={draft.provider}
            onChange={(e) => onChange({ provider: e.currentTarget.value, scheme: "" })}
          >
            <option value="">{recognised ? `As recognised: ${recognised}` : "As each request tells"}</option>
            {known.providers.map((p) => (
              <option key={p.id} value={p.id} disabled={p.schemes.length === 0}>
                {p.schemes.length === 0 ? `${p.name} (signs nothing)` : p.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {(!scheme || scheme.needsSecret || !scheme.needsPublicKey) && (
        <SecretField
          draft={draft}
          onChange={onChange}
          error={at("secret")}
          hint={provider?.secretHint ?? scheme?.secretShape}
          set={set}
          next={known.secretPlace}
        />
      )}
      {scheme?.needsPublicKey && (
        <Field
          label="Public key"
          error={at("publicKey")}
          hint={provider?.secretHint ?? "PEM, base64 or hex."}
        >
          {(ids) => (
            <textarea
              {...ids}
              className={`${inputClass} ${css.area} mono`}
              spellCheck={false}
              rows={3}
              value={draft.publicKey}
              onChange={(e) => onChange({ publicKey: e.currentTarget.value })}
            />
          )}
        </Field>
      )}
      {scheme?.needsUrl && (
        <TextField
          label="URL as registered with the provider"
          error={at("publicUrl")}
          hint="It is part of this signature. Leave it empty when the provider calls Creel by the URL that it signs."
          mono
          value={draft.publicUrl}
          placeholder="https://example.com/webhooks"
          onChange={(publicUrl) => onChange({ publicUrl })}
        />
      )}
      {(scheme?.needsHeader || draft.signatureHeader !== "") && (
        <TextField
          label="Header with the signature"
          error={at("signatureHeader")}
          mono
          value={draft.signatureHeader}
          placeholder={provider?.signatureHeader ?? "X-Signature"}
          onChange={(signatureHeader) => onChange({ signatureHeader })}
        />
      )}
      <details className={css.more}>
        <summary>More</summary>
        <div>
          <Field label="Scheme" error={at("scheme")}>
            {(ids) => (
              <select
                {...ids}
                className={inputClass}
                value={draft.scheme}
                onChange={(e) => onChange({ scheme: e.currentTarget.value })}
              >
                <option value="">As the provider does it</option>
                {schemes.map((s) => (
                  <option key={s.id} value={s.id}>
                    {s.name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <TextField
            label="Tolerance in seconds"
            error={at("toleranceSeconds")}
            hint={
              scheme?.toleranceSeconds
                ? `Usual is ${span(scheme.toleranceSeconds * 1_000)}. 0 does not look at the clock.`
                : "0 does not look at the clock."
            }
            inputMode="numeric"
            value={draft.tolerance}
            placeholder={scheme?.toleranceSeconds?.toString() ?? ""}
            onChange={(tolerance) => onChange({ tolerance })}
          />
        </div>
      </details>
    </>
  );
}

interface SecretFieldProps {
  draft: SigningDraft;
  onChange(part: Partial<SigningDraft>): void;
  error: string | undefined;
  hint: string | undefined;
  set: SecretPlace | undefined;
  next: SecretPlace | undefined;
}

function SecretField({ draft, onChange, error, hint, set, next }: SecretFieldProps) {
  const [plain, setPlain] = useState(false);
  const kept = set ? `One is set, ${placeText(set)}.` : next ? `It will be ${placeText(next)}.` : "";
  return (
    <div>
      <Field
        label="Secret"
        error={error}
        hint={
          <>
            {hint && <>{hint} </>}
            Several, while one is being replaced, stand one a line. {kept}
          </>
        }
      >
        {(ids) => (
          <textarea
            {...ids}
            className={`${inputClass} ${css.area} mono`}
            data-plain={plain}
            spellCheck={false}
            autoComplete="off"
            rows={Math.min(4, draft.secret.split("\n").length + 1)}
            placeholder={set ? "Leave empty to keep the one that is set" : "Paste the signing secret"}
            value={draft.secret}
            onChange={(e) => onChange({ secret: e.currentTarget.value })}
          />
        )}
      </Field>
      <label className={css.plain}>
        <input type="checkbox" checked={plain} onChange={(e) => setPlain(e.currentTarget.checked)} /> Show
        what is typed
      </label>
    </div>
  );
}
