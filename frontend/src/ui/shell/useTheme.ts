import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useSyncExternalStore } from "react";
import { useDesk } from "../../state/desk";
import { useSettings } from "../../state/queries";
import { useStore } from "../../state/store";
import { resolveTheme, type ThemeChoice } from "../../state/theme";

/** Paints the chosen theme; the settings say which, the last known one until they are read. */
export function useTheme(): void {
  const { prefs, host } = useDesk();
  const choice = useStore(prefs, (p) => p.theme);
  const kept = useSettings().data?.theme;
  const systemDark = useSyncExternalStore(onSystemChange, isSystemDark);
  const { setColorScheme } = useMantineColorScheme();
  const theme = resolveTheme(choice, systemDark);

  useEffect(() => {
    if (kept) prefs.update((now) => (now.theme === kept ? now : { ...now, theme: kept }));
  }, [kept, prefs]);

  useEffect(() => {
    paintTheme(choice);
    setColorScheme(theme);
    host.remember(theme === "dark").catch(() => undefined);
  }, [theme, choice, host, setColorScheme]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settled = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        host.remember(document.documentElement.dataset.theme === "dark").catch(() => undefined);
      }, 500);
    };
    window.addEventListener("resize", settled);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("resize", settled);
    };
  }, [host]);
}

/** Puts the colours of a choice on the page; main does so before anything is drawn. */
export function paintTheme(choice: ThemeChoice): void {
  document.documentElement.dataset.theme = resolveTheme(choice, isSystemDark());
}

const query = () => window.matchMedia("(prefers-color-scheme: dark)");

function isSystemDark(): boolean {
  return query().matches;
}

function onSystemChange(listener: () => void): () => void {
  const media = query();
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}
