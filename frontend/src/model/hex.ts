export const HEX_WIDTH = 16;

export interface HexLine {
  /** Eight hex digits. */
  offset: string;
  /** "48 65 6c …", with a wider gap in the middle; padded to full width. */
  hex: string;
  /** Printable ASCII, "·" for the rest. */
  ascii: string;
}

/** How many lines of 16 bytes that is. */
export const hexLines = (length: number): number => Math.ceil(length / HEX_WIDTH);

/** One line of a hex dump. */
export function hexLine(bytes: Uint8Array, line: number): HexLine {
  const from = line * HEX_WIDTH;
  const part = bytes.subarray(from, from + HEX_WIDTH);
  let hex = "";
  let ascii = "";
  for (let i = 0; i < HEX_WIDTH; i++) {
    const b = part[i];
    if (i === HEX_WIDTH / 2) hex += " ";
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
