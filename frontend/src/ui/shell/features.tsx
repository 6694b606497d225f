import { CompareFeature } from "../compare/CompareFeature";
import { EndpointsFeature } from "../endpoints/EndpointsFeature";
import { SamplesFeature } from "../samples/SamplesFeature";
import { SendFeature } from "../send/SendFeature";
import { SettingsFeature } from "../settings/SettingsFeature";

/** Every room that brings dialogs and actions of its own. */
export function Features() {
  return (
    <>
      <SendFeature />
      <CompareFeature />
      <EndpointsFeature />
      <SettingsFeature />
      <SamplesFeature />
    </>
  );
}
