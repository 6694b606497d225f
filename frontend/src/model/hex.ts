export const HEX_WIDTH = 16;

export interface HexLine {
  /** Eight hex digits. */
  offset: string;
  /** "48 65 6c …", with a wider gap in the middle; padded to full width. */
  hex: string;
  /** Printable ASCII, "·" for the rest. */
  ascii: string;
}

/** How many lines of `width` bytes that is. */
export const hexLines = (length: number, width = HEX_WIDTH): number => Math.ceil(length / width);

/** One line of a hex dump, `width` bytes long. */
export function hexLine(bytes: Uint8Array, line: number, width = HEX_WIDTH): HexLine {
  const from = line * width;
  const part = bytes.subarray(from, from + width);
  let hex = "";
  let ascii = "";
  for (let i = 0; i < width; i++) {
    const b = part[i];
    if (i === width / 2) hex += " ";
    hex += b === undefined ? "   " : `${b.toString(16).padStart(2, "0")} `;
    if (b !== undefined) ascii += b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : "·";
  }
  return { offset: from.toString(16).padStart(8, "0"), hex: hex.trimEnd(), ascii };
}

/** The whole dump of the first `most` bytes, to copy. */
export function hexDump(bytes: Uint8Array, most = 256 * 1024): string {
  const lines: string[] = [];
  for (let i = 0; i < hexLines(Math.min(bytes.length, most)); i++) {
    const l = hexLine(bytes, i);
    lines.push(`${l.offset}  ${l.hex.padEnd(HEX_WIDTH * 3)}  ${l.ascii}`);
  }
  return lines.join("\n");
}
