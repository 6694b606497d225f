import type { Sniffed } from "../../../model/sniff";

/** A way to show a body. */
export type View = "tree" | "pretty" | "table" | "parts" | "image" | "raw" | "hex";

export const VIEW_NAMES: Record<View, string> = {
  tree: "Tree",
  pretty: "Pretty",
  table: "Table",
  parts: "Parts",
  image: "Image",
  raw: "Raw",
  hex: "Hex",
};

/** Larger text is not coloured: the editor would take too long to open. */
export const MOST_PRETTY = 500_000;

/** The ways to show such a body, best first. Only a whole one can be taken apart. */
export function viewsOf(what: Sniffed, whole: boolean, length: number, isJson: boolean): View[] {
  const pretty: View[] = length <= MOST_PRETTY && whole ? ["pretty"] : [];
  switch (what.kind) {
    case "json":
      return isJson ? ["tree", ...pretty, "raw", "hex"] : ["raw", "hex"];
    case "form":
      return whole ? ["table", "raw", "hex"] : ["raw", "hex"];
    case "multipart":
      return whole ? ["parts", "raw", "hex"] : ["raw", "hex"];
    case "xml":
    case "html":
      return [...pretty, "raw", "hex"];
    case "text":
      return ["raw", "hex"];
    case "image":
      return whole ? ["image", "hex"] : ["hex"];
    default:
      return ["hex"];
  }
}
