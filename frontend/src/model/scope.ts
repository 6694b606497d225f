/** What the list shows: one endpoint or all, a quick filter, and the words in the filter box. */
export interface Scope {
  endpoint: string | undefined;
  quick: "pinned" | "failed" | "dead" | "unread" | undefined;
  text: string;
}

export const everything: Scope = { endpoint: undefined, quick: undefined, text: "" };

/** The filter expression of a scope, and where the person's own words start in it (0-based). */
export function filterOf(scope: Scope): { filter: string; offset: number } {
  const parts: string[] = [];
  if (scope.endpoint !== undefined) parts.push(`endpoint:"${scope.endpoint}"`);
  if (scope.quick) parts.push(`is:${scope.quick}`);
  const text = scope.text.trim();
  const lead = scope.text.length - scope.text.trimStart().length;
  if (text === "") return { filter: parts.join(" "), offset: 0 };
  if (parts.length === 0) return { filter: text, offset: -lead };
  const prefix = `${parts.join(" ")} (`;
  return { filter: `${prefix}${text})`, offset: prefix.length - lead };
}
