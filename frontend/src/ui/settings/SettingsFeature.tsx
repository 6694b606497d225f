/** Dialogs and actions of this room; mounted once by ui/shell/features.tsx. */
export function SettingsFeature() {
  return null;
}
