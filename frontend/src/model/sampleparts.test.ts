import { describe, expect, it } from "vitest";
import { breaksOut, formatParts, readParts, type SampleParts } from "./sampleparts";

const TYPE = "multipart/form-data; boundary=----B";
const PICTURE = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2, 255]);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

function whole(): Uint8Array<ArrayBuffer> {
  const pieces = [
    bytesOf(
      '------B\r\nContent-Disposition: form-data; name="claim"\r\n\r\nclaim-1\r\n' +
        '------B\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n',
    ),
    PICTURE,
    bytesOf(
      '\r\n------B\r\ncontent-disposition: form-data; name="log"; filename="log.csv"\r\nContent-Type: text/csv\r\n\r\nat,cm\r\n1,2\r\n\r\n------B--\r\n',
    ),
  ];
  return Uint8Array.from(pieces.flatMap((p) => [...p]));
}

function read(): SampleParts {
  const parts = readParts(TYPE, whole());
  if (!parts) throw new Error("no parts");
  return parts;
}

describe("the parts of a multipart sample", () => {
  it("are shown with their texts, files that are no text without", () => {
    expect(read().drafts).toEqual([
      { of: 0, name: "claim", text: "claim-1" },
      { of: 1, name: "photo", filename: "a.png" },
      { of: 2, name: "log", filename: "log.csv", text: "at,cm\r\n1,2\r\n" },
    ]);
  });
  it("make the same bytes while nothing is edited", () => {
    const parts = read();
    expect(textOf(formatParts(parts, parts.drafts))).toBe(textOf(whole()));
  });
  it("change only where they are edited; line ends stay those of the file", () => {
    const parts = read();
    const [claim, photo, log] = parts.drafts;
    if (!claim || !photo || !log) throw new Error("three parts");
    const made = formatParts(parts, [
      { ...claim, name: 'the "claim"', text: "claim-2" },
      photo,
      { ...log, text: "at,cm\n3,4\n" },
      { name: "new\nline", text: "é" },
    ]);
    const again = readParts(TYPE, Uint8Array.from(made));
    expect(again?.drafts).toEqual([
      { of: 0, name: "the %22claim%22", text: "claim-2" },
      { of: 1, name: "photo", filename: "a.png" },
      { of: 2, name: "log", filename: "log.csv", text: "at,cm\r\n3,4\r\n" },
      { of: 3, name: "new%0D%0Aline", text: "é" },
    ]);
    expect([...(again?.parts[1]?.body ?? [])]).toEqual([...PICTURE]);
    expect(textOf(made)).toContain('content-disposition: form-data; name="log"; filename="log.csv"\r\n');
  });
  it("are taken away, in any number", () => {
    const parts = read();
    expect(textOf(formatParts(parts, []))).toBe("------B--\r\n");
    expect(textOf(formatParts(parts, parts.drafts.slice(0, 1)))).toBe(
      '------B\r\nContent-Disposition: form-data; name="claim"\r\n\r\nclaim-1\r\n------B--\r\n',
    );
  });
  it("are none of other bodies, nor of half a form", () => {
    expect(readParts("application/json", whole())).toBeUndefined();
    expect(readParts("multipart/form-data", whole())).toBeUndefined();
    expect(readParts(TYPE, whole().subarray(0, 120))).toBeUndefined();
  });
  it("tell of a value that ends its part", () => {
    expect(breaksOut("a\n------B\nb", "----B")).toBe(true);
    expect(breaksOut("a ------B", "----B")).toBe(false);
    expect(breaksOut(undefined, "----B")).toBe(false);
  });
});
