import { type Host, webURL } from "./host";

// The bound methods of app.go, as Wails calls them. The promise of a bound
// call that panics never settles, so each one has a limit here; dialogs wait
// for the person and have none.
interface Bound {
  Session(): Promise<{ address: string; token: string }>;
  OpenExternal(url: string): Promise<void>;
  CopyText(text: string): Promise<void>;
  SaveBody(path: string, name: string): Promise<boolean>;
  SetTitle?(title: string): Promise<void>;
}

/** The host of the desktop window. */
export function windowHost(): Host {
  const app = (window as unknown as { go: { main: { App: Bound } } }).go.main.App;
  return {
    kind: "window",
    session: () => within(5_000, "start", app.Session()),
    openExternal: (url) => within(5_000, "open link", app.OpenExternal(webURL(url))),
    copyText: (text) => within(5_000, "copy text", app.CopyText(text)),
    saveFile: (path, name) => app.SaveBody(path, name),
    setTitle: (title) => {
      document.title = title;
      app.SetTitle?.(title).catch(() => undefined);
    },
  };
}

function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: the window did not answer`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
