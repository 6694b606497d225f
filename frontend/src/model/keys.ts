// Key combinations as text: modifiers in the order mod, alt, shift, joined by
// "+" with the key in lower case: "r", "mod+k", "shift+d", "arrowdown",
// "pageup", "escape", "?". "mod" is Ctrl, or ⌘ on a Mac. Shift is written only
// with letters and named keys: "?" is "?", however it is typed.

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** The combination of a key press, or "" for a lone modifier. */
export function comboOf(press: KeyPress, mac: boolean): string {
  const key = press.key === " " ? "space" : press.key.toLowerCase();
  if (key === "control" || key === "shift" || key === "alt" || key === "meta") return "";
  const parts: string[] = [];
  if (mac ? press.metaKey : press.ctrlKey) parts.push("mod");
  if (mac ? press.ctrlKey : press.metaKey) parts.push("super");
  if (press.altKey) parts.push("alt");
  const writtenShift = key.length > 1 || /\p{L}/u.test(key);
  if (press.shiftKey && writtenShift) parts.push("shift");
  parts.push(key);
  return parts.join("+");
}

const NAMES: Record<string, string> = {
  arrowdown: "↓",
  arrowup: "↑",
  arrowleft: "←",
  arrowright: "→",
  escape: "Esc",
  enter: "Enter",
  delete: "Del",
  backspace: "⌫",
  pageup: "PgUp",
  pagedown: "PgDn",
  home: "Home",
  end: "End",
  space: "Space",
};

/** How a combination is shown: "Ctrl K", "⌘K", "R". */
export function showKeys(combo: string, mac: boolean): string {
  // "+" itself may be the key: "mod++".
  const parts = combo === "+" ? ["+"] : combo.replace(/\+\+$/, "+plus").split("+");
  const shown = parts.map((part) => {
    if (part === "mod") return mac ? "⌘" : "Ctrl";
    if (part === "alt") return mac ? "⌥" : "Alt";
    if (part === "shift") return mac ? "⇧" : "Shift";
    if (part === "plus") return "+";
    return NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
  return shown.join(mac ? "" : " ");
}
