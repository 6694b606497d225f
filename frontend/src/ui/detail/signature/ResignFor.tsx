import { useQuery } from "@tanstack/react-query";
import { useDesk } from "../../../state/desk";
import { signing } from "../../../state/signing";
import { ResignChoice } from "./ResignChoice";

/** The choice to sign a request anew, where it is about to be sent. */
export function ResignFor({ seq }: { seq: number }) {
  const verdict = useQuery(signing.verdict(useDesk(), seq)).data;
  return <ResignChoice verdict={verdict} />;
}
