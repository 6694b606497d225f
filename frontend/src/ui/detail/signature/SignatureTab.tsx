import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Verdict } from "../../../model/signature";
import type { Detail, Endpoint } from "../../../model/types";
import { useDesk } from "../../../state/desk";
import { useEndpoints } from "../../../state/queries";
import { signing, useSignatures } from "../../../state/signing";
import { words } from "../../../state/toasts";
import { Button, EmptyState } from "../../parts";
import { Banner } from "./Banner";
import { Facts } from "./Facts";
import { ResignChoice } from "./ResignChoice";
import css from "./Signature.module.css";
import { SignedBytes } from "./SignedBytes";
import { SigningForm } from "./SigningForm";

/** Whether the signature of a request holds, why not, and by what it is verified. */
export function SignatureTab({ detail }: { detail: Detail }) {
  const desk = useDesk();
  const kept = useQuery(signing.verdict(desk, detail.seq));
  const known = useSignatures();
  const endpoint = useEndpoints().data?.find((e) => e.slug === detail.endpoint);
  if (kept.error && !kept.data) {
    return (
      <EmptyState
        title="The signature cannot be verified just now"
        actions={<Button onClick={() => void kept.refetch()}>Try again</Button>}
      >
        {words(kept.error)}
      </EmptyState>
    );
  }
  if (!kept.data || !known) return null;
  return <Loaded key={detail.seq} detail={detail} verdict={kept.data} endpoint={endpoint} />;
}

interface LoadedProps {
  detail: Detail;
  verdict: Verdict;
  endpoint: Endpoint | undefined;
}

function Loaded({ detail, verdict, endpoint }: LoadedProps) {
  const [tried, setTried] = useState<Verdict>();
  const [asked, setAsked] = useState<boolean>();
  const shown = tried ?? verdict;
  // A signature without anything to verify it by: setting that is the next step.
  const lacks = verdict.reason === "no_secret" || verdict.reason === "no_public_key";
  const open = asked ?? (lacks && verdict.scheme !== "" && !verdict.secretSet);
  return (
    <div className={css.tab}>
      <Banner verdict={shown} />
      {tried && (
        <p className={css.tried}>
          <span>This is what the form below finds. Nothing of it is saved.</span>
          <Button small onClick={() => setTried(undefined)}>
            Back to the saved secret
          </Button>
        </p>
      )}
      <Facts
        verdict={shown}
        detail={detail}
        onChange={endpoint && !open ? () => setAsked(true) : undefined}
      />
      {endpoint ? (
        open && (
          <SigningForm
            key={`${endpoint.slug} ${verdict.secretSet}`}
            seq={detail.seq}
            endpoint={endpoint}
            verdict={verdict}
            onTried={setTried}
            onDone={() => {
              setTried(undefined);
              setAsked(false);
            }}
          />
        )
      ) : (
        <p className={css.gone}>
          The endpoint {detail.endpoint} is no more, and its secret with it. Make one of that name again to
          verify what it caught.
        </p>
      )}
      {shown.signedBase64 !== undefined && (
        <SignedBytes base64={shown.signedBase64} total={shown.signedBytes} />
      )}
      <ResignChoice verdict={verdict} />
    </div>
  );
}
