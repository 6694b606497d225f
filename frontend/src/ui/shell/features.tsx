import { useDesk } from "../../state/desk";
import { useStore } from "../../state/store";
import { BatchFeature } from "../batch/BatchFeature";
import { CompareFeature } from "../compare/CompareFeature";
import { EndpointsFeature } from "../endpoints/EndpointsFeature";
import { Covered } from "../parts";
import { SamplesFeature } from "../samples/SamplesFeature";
import { SendFeature } from "../send/SendFeature";
import { SettingsFeature } from "../settings/SettingsFeature";
import { DialogGuard } from "./Guard";

/** Every room that brings dialogs and actions of its own. */
export function Features() {
  const { dialogs } = useDesk();
  const asked = useStore(dialogs.store, (d) => d?.under !== undefined);
  return (
    <Covered value={asked}>
      <DialogGuard names={["send"]}>
        <SendFeature />
      </DialogGuard>
      <DialogGuard names={["compare"]}>
        <CompareFeature />
      </DialogGuard>
      <DialogGuard names={["endpoint", "target"]}>
        <EndpointsFeature />
      </DialogGuard>
      <DialogGuard names={["settings"]}>
        <SettingsFeature />
      </DialogGuard>
      <DialogGuard names={["samples"]}>
        <SamplesFeature />
      </DialogGuard>
      <DialogGuard names={["batch", "run", "runs"]}>
        <BatchFeature />
      </DialogGuard>
    </Covered>
  );
}
