import { CopyText, OpenExternal, Remember, SaveBody, Session } from "../../wailsjs/go/main/Window";
import { type Host, webURL } from "./host";

/** The host of the desktop window: the bound methods of app.go. */
export function windowHost(): Host {
  return {
    kind: "window",
    session: () => within("start", Session()),
    openExternal: (url) => within("open link", OpenExternal(webURL(url))),
    copyText: (text) => within("copy text", CopyText(text)),
    // Waits for the person, so it has no limit.
    saveFile: async (path, name) => (await SaveBody(path, name)) !== "",
    remember: (dark) => within("remember window", Remember(dark)),
  };
}

const LIMIT_MS = 5_000;

/** The promise of a bound call that panics never settles, so each one has a limit. */
function within<T>(what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: the window did not answer`)), LIMIT_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
