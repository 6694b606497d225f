import { useDialog } from "../../state/dialogs";
import { useEndpoints, useTargets } from "../../state/queries";
import { EndpointDialog } from "./EndpointDialog";
import { TargetDialog } from "./TargetDialog";

/** The editors of endpoints and targets. */
export function EndpointsFeature() {
  const endpoint = useDialog("endpoint");
  const target = useDialog("target");
  const endpoints = useEndpoints().data;
  const targets = useTargets().data;
  const edited = endpoints?.find((e) => e.slug === endpoint?.slug);
  const aim = targets?.find((t) => t.name === target?.name);
  return (
    <>
      {endpoint && (endpoint.slug === undefined || edited) && (
        <EndpointDialog endpoint={edited} first={endpoint.part} key={edited?.slug} />
      )}
      {target && (target.name === undefined || aim) && (
        <TargetDialog target={aim} url={target.url} key={aim?.name} />
      )}
    </>
  );
}
