import type { Settings } from "../model/types";

export type ThemeChoice = Settings["theme"];

/** The theme that a choice means on this machine now. */
export function resolveTheme(choice: ThemeChoice, dark: boolean): "light" | "dark" {
  return choice === "system" ? (dark ? "dark" : "light") : choice;
}

/** The next choice of the toggle. */
export function nextTheme(choice: ThemeChoice): ThemeChoice {
  return choice === "system" ? "light" : choice === "light" ? "dark" : "system";
}
