import type { Sample, SampleSigning as Signing } from "../../model/types";
import { useDesk } from "../../state/desk";
import { CopyButton } from "../parts";
import css from "./Samples.module.css";

interface SampleSigningProps {
  sample: Sample;
  signing: Signing;
  to: string;
}

/** Who signs a sample, and what verifies it. */
export function SampleSigning({ sample, signing, to }: SampleSigningProps) {
  const { host } = useDesk();
  switch (signing.by) {
    case "endpoint":
      return (
        <p className={css.dim}>
          Signed with the secret of /{to} ({signing.scheme}).
        </p>
      );
    case "test":
      return (
        <Shown
          label="Signed with this test secret:"
          copy="Copy the test secret"
          text={signing.secret ?? ""}
          onCopy={host.copyText}
        />
      );
    case "testKey":
      return (
        <>
          {signing.secret && (
            <Shown
              label="Signed with a test key for:"
              copy="Copy the test secret"
              text={signing.secret}
              onCopy={host.copyText}
            />
          )}
          <Shown
            label={signing.secret ? "Verify with:" : "Signed with a test key. Verify with:"}
            copy="Copy the test public key"
            text={signing.publicKey ?? ""}
            onCopy={host.copyText}
          />
        </>
      );
    default:
      return (
        <p className={css.dim}>
          {sample.provider === "generic" ? "Not signed." : `${sample.providerName} does not sign.`}
        </p>
      );
  }
}

function Shown(props: { label: string; copy: string; text: string; onCopy(text: string): Promise<void> }) {
  const { label, copy, text, onCopy } = props;
  return (
    <p className={css.secret}>
      <span className={css.dim}>{label}</span>
      <code>{text.replaceAll("\n", " ")}</code>
      <CopyButton iconOnly label={copy} onCopy={() => onCopy(text)} />
    </p>
  );
}
