import { showKeys } from "../../model/keys";
import { catchUrl, INBOX, setTheme } from "../../state/commands";
import { useDesk } from "../../state/desk";
import { useEndpoints, useStatus } from "../../state/queries";
import { useStore } from "../../state/store";
import { nextTheme } from "../../state/theme";
import { Button, CreelIcon, Dot, GearIcon, IconButton, MoonIcon, ScreenIcon, SunIcon } from "../parts";
import css from "./Shell.module.css";

export function TopBar() {
  const desk = useDesk();
  const theme = useStore(desk.prefs, (p) => p.theme);
  const themeIcon = theme === "light" ? <SunIcon /> : theme === "dark" ? <MoonIcon /> : <ScreenIcon />;
  const names = { system: "as the system", light: "light", dark: "dark" };
  return (
    <header className={css.top}>
      <h1 className={css.brand}>
        <CreelIcon size={20} /> Creel
      </h1>
      <CatchUrl />
      <span className={css.grow} />
      <Button
        className={css.palette}
        kbd={showKeys("mod+k", desk.mac)}
        aria-keyshortcuts={desk.mac ? "Meta+K" : "Control+K"}
        onClick={() => desk.dialogs.open("palette", {})}
      >
        <span>Search or run a command</span>
      </Button>
      <Button onClick={() => desk.actions.run("app.sample")}>Send a sample</Button>
      <IconButton
        label={`Theme: ${names[theme]}; next: ${names[nextTheme(theme)]}`}
        icon={themeIcon}
        onClick={() => void setTheme(desk, nextTheme(theme)).catch(desk.toasts.fail)}
      />
      <IconButton
        label="Settings"
        kbd={showKeys("mod+,", desk.mac)}
        icon={<GearIcon />}
        onClick={() => desk.actions.run("app.settings")}
      />
    </header>
  );
}

/** The URL to paste into a provider, of the endpoint in view, with its Copy button. */
export function CatchUrl() {
  const desk = useDesk();
  const slug = useStore(desk.scope, (s) => s.endpoint);
  const status = useStatus().data;
  const endpoints = useEndpoints().data ?? [];
  const url = catchUrl(desk, slug);
  const name = endpoints.find((e) => e.slug === (slug ?? INBOX))?.name || (slug ?? INBOX);
  // With all requests in view the URL is that of one endpoint among several.
  const whose = slug === undefined && endpoints.length > 1;
  const about =
    (slug ?? INBOX) === INBOX
      ? `${url}\nLeads to the endpoint ${name}, as does every path that names no other endpoint.`
      : `${url}\nLeads to the endpoint ${name}.`;
  return (
    <div className={css.urlBar}>
      <Dot tone={status === undefined ? "plain" : status.catch.listening ? "good" : "bad"} />
      {whose && <span className={css.urlOwner}>{name}</span>}
      <span className={css.urlText} title={about}>
        {url}
      </span>
      <Button
        kbd="U"
        title={`Copy ${url}, the URL of ${name}`}
        onClick={() => desk.actions.run("app.copyUrl")}
      >
        Copy URL
      </Button>
    </div>
  );
}
