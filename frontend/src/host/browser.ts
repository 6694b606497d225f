import { type Host, type Session, webURL } from "./host";

const KEY = "creel.token";

/**
 * The host of a plain browser tab. The token comes once in the fragment
 * (#token=…), which never leaves the browser; it is kept for this tab and
 * taken out of the address.
 */
export function browserHost(): Host {
  const session = readSession();
  return {
    kind: "browser",
    session: async () => session,
    openExternal: async (url) => {
      window.open(webURL(url), "_blank", "noopener,noreferrer");
    },
    copyText: copy,
    saveFile: (path, name) => download(session, path, name),
    remember: async () => undefined,
  };
}

function readSession(): Session {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token) {
    sessionStorage.setItem(KEY, token);
    fragment.delete("token");
    const rest = fragment.toString();
    history.replaceState(null, "", location.pathname + location.search + (rest ? `#${rest}` : ""));
  }
  return { address: location.origin, token: sessionStorage.getItem(KEY) ?? "" };
}

async function copy(text: string): Promise<void> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // Not focused or not allowed: the old way below still works.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.style.position = "fixed";
  area.style.opacity = "0";
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!done) throw new Error("copy text: the browser does not allow it");
}

async function download(session: Session, path: string, name: string): Promise<boolean> {
  const answer = await fetch(session.address + path, {
    headers: { Authorization: `Bearer ${session.token}` },
  });
  if (!answer.ok) throw new Error(`save ${name}: the program answered ${answer.status}`);
  const url = URL.createObjectURL(new Blob([await answer.blob()], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken its reference by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return true;
}
