// What the page needs from whatever it runs in. browser.ts and wails.ts are
// the two rooms that provide it; nothing else knows which one it is.

export interface Session {
  /** Origin of the door, "http://127.0.0.1:4291". */
  address: string;
  token: string;
}

export interface Host {
  kind: "browser" | "window";
  session(): Promise<Session>;
  /** Opens an http or https URL in the system browser; refuses anything else. */
  openExternal(url: string): Promise<void>;
  copyText(text: string): Promise<void>;
  /**
   * Saves what the door answers for that path ("/api/v1/requests/3/body")
   * under a name that the person may change. False when they cancelled.
   */
  saveFile(path: string, name: string): Promise<boolean>;
  /** Keeps size and place of the window, and whether the page is dark, for the next start. */
  remember(dark: boolean): Promise<void>;
}

/** Returns url when it is absolute http or https; throws otherwise. */
export function webURL(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new Error(`open link: ${url} is not a URL`);
  }
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
    throw new Error(`open link: only http and https links are opened, not ${parsed.protocol}`);
  }
  return parsed.href;
}

/** Picks the host that this page runs in. */
export async function pickHost(): Promise<Host> {
  const bound = (window as { go?: { main?: { Window?: unknown } } }).go?.main?.Window;
  if (bound) {
    const { windowHost } = await import("./wails");
    return windowHost();
  }
  const { browserHost } = await import("./browser");
  return browserHost();
}
