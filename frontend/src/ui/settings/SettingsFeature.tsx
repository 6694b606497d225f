import { useDialog } from "../../state/dialogs";
import { useSettings } from "../../state/queries";
import { SettingsDialog } from "./SettingsDialog";

/** The settings dialog. */
export function SettingsFeature() {
  const args = useDialog("settings");
  const settings = useSettings().data;
  return args && settings ? <SettingsDialog settings={settings} /> : null;
}
