import { score } from "./match";

/** What the palette needs to know of a command. */
export interface Offered {
  id: string;
  title: string;
  group: string;
  /** More words that it is found by. */
  words?: string;
}

/** With a request open, what one does to it comes first; without, what brings one in. */
const FIRST = {
  open: ["request.replay", "request.forward", "request.edit", "request.compare", "app.copyUrl", "app.sample"],
  none: ["app.copyUrl", "app.sample", "app.settings"],
};
const GROUPS = ["Request", "Go to", "List", "Endpoints", "Creel"];
/** Of what was used lately so many come first: the rest keeps its place, so that it is found again. */
const MOST_RECENT = 3;

/**
 * The commands that fit what was typed, the best first. Among equals, and when
 * nothing is typed: what was used lately, then what is useful now, then by
 * group in the order given.
 */
export function offer<A extends Offered>(
  all: readonly A[],
  typed: string,
  now: { open: boolean; recent: readonly string[] },
): A[] {
  const lately = now.recent.filter((id) => all.some((a) => a.id === id)).slice(0, MOST_RECENT);
  const first = [...lately, ...FIRST[now.open ? "open" : "none"]];
  const place = (action: A) => {
    const at = first.indexOf(action.id);
    return at >= 0 ? at : first.length + GROUPS.indexOf(action.group);
  };
  const points = (action: A) =>
    Math.max(
      score(action.title, typed),
      score(`${action.title} ${action.group} ${action.words ?? ""}`, typed) * 0.9,
    );
  return all
    .map((action) => ({ action, points: points(action) }))
    .filter((s) => s.points > 0)
    .sort((a, b) => b.points - a.points || place(a.action) - place(b.action))
    .map((s) => s.action);
}

/** The ids used lately with this one in front. */
export function used(recent: readonly string[], id: string): string[] {
  return [id, ...recent.filter((r) => r !== id)].slice(0, 8);
}
