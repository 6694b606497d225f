import { describe, expect, it } from "vitest";
import { formatForm, holdsJson, parseForm } from "./form";
import { hexDump, hexLine, hexLines } from "./hex";
import { parseMultipart } from "./multipart";
import { decodeText, imageSize, kindName, mediaType, sniff } from "./sniff";

const utf8 = (text: string) => new TextEncoder().encode(text);
const kind = (type: string, text: string) => sniff(type, utf8(text)).kind;

describe("sniffing", () => {
  it("believes the type where the bytes allow it", () => {
    expect(kind("application/json", "nonsense")).toBe("json");
    expect(kind("application/cloudevents+json", "{}")).toBe("json");
    expect(kind("application/atom+xml", "<a/>")).toBe("xml");
    expect(kind("text/html; charset=utf-8", "<b>")).toBe("html");
    expect(kind("application/x-www-form-urlencoded", "a=1")).toBe("form");
    expect(kind("multipart/form-data; boundary=x", "--x--")).toBe("multipart");
    expect(kind("text/plain", "hello")).toBe("text");
    expect(kind("application/json", "")).toBe("empty");
  });

  it("believes the bytes where the type is wrong or missing", () => {
    expect(kind("", '{"a":1}\n')).toBe("json");
    expect(kind("text/plain", "[1]")).toBe("json");
    expect(kind("text/plain", "{not closed")).toBe("text");
    expect(kind("application/x-www-form-urlencoded", '{"a":1}')).toBe("json");
    expect(kind("application/x-ndjson", '{"a":1}\n{"a":2}')).toBe("text");
    expect(kind("", "<?xml version='1.0'?><a/>")).toBe("xml");
    expect(kind("", "<!DOCTYPE html><p>")).toBe("html");
    expect(sniff("application/json", new Uint8Array([1, 2, 0, 255])).kind).toBe("binary");
    expect(sniff("text/plain", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])).image).toBe(
      "image/png",
    );
  });

  it("takes content types apart", () => {
    expect(mediaType('Multipart/Form-Data; Boundary="a;\\"b"; x')).toEqual({
      mime: "multipart/form-data",
      params: { boundary: 'a;"b' },
    });
    expect(kindName("application/problem+json")).toBe("JSON");
  });

  it("decodes by charset and says when it had to guess", () => {
    expect(decodeText(new Uint8Array([0xe9]), "iso-8859-1")).toEqual({ text: "é", lossy: false });
    expect(decodeText(new Uint8Array([0xe9])).lossy).toBe(true);
    const wide = new Uint8Array([0xff, 0xfe, 0x68, 0, 0x69, 0]);
    expect(sniff("text/plain", wide)).toMatchObject({ kind: "text", charset: "utf-16le" });
  });

  it("reads the size of a picture from its head, nothing from a torn one", () => {
    const png = new Uint8Array(24);
    new DataView(png.buffer).setUint32(16, 160);
    new DataView(png.buffer).setUint32(20, 90);
    expect(imageSize(png, "image/png")).toEqual({ width: 160, height: 90 });
    expect(imageSize(png.subarray(0, 18), "image/png")).toBeUndefined();
    const gif = utf8("GIF89a\x02\x00\x03\x00");
    expect(imageSize(gif, "image/gif")).toEqual({ width: 2, height: 3 });
    const jpeg = new Uint8Array([255, 216, 255, 224, 0, 4, 0, 0, 255, 192, 0, 11, 8, 0, 5, 0, 7, 0]);
    expect(imageSize(jpeg, "image/jpeg")).toEqual({ width: 7, height: 5 });
  });
});

describe("forms", () => {
  it("decode pairs in order, repeated and empty ones too", () => {
    expect(parseForm("a=1&b=x+y%26&a=&c&&=z")).toEqual([
      { name: "a", value: "1", odd: false },
      { name: "b", value: "x y&", odd: false },
      { name: "a", value: "", odd: false },
      { name: "c", value: "", odd: false },
      { name: "", value: "z", odd: false },
    ]);
  });

  it("show broken escapes as sent", () => {
    expect(parseForm("a=%zz")).toEqual([{ name: "a", value: "%zz", odd: true }]);
  });

  it("come back the same", () => {
    const pairs = parseForm("a=w%C3%B6rld+%26&b=%7B%22x%22%3A1%7D");
    expect(parseForm(formatForm(pairs))).toEqual(pairs);
    expect(pairs.map((p) => holdsJson(p.value))).toEqual([false, true]);
  });
});

describe("multipart", () => {
  const body = [
    "preamble",
    "--XX",
    'Content-Disposition: form-data; name="title"',
    "",
    "Hello",
    "--XX ",
    "Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''na%C3%AFve.txt",
    "Content-Type: text/csv",
    "",
    "a--XX,b\r\n",
    "--XX--",
    "",
  ].join("\r\n");

  it("gives parts with their exact bytes", () => {
    const { parts, fault } = parseMultipart(utf8(body), "XX");
    expect(fault).toBeUndefined();
    expect(parts.map((p) => [p.name, p.filename, p.contentType, decodeText(p.body).text])).toEqual([
      ["title", undefined, "text/plain", "Hello"],
      ["file", "naïve.txt", "text/csv", "a--XX,b\r\n"],
    ]);
  });

  it("understands bare line feeds", () => {
    expect(parseMultipart(utf8(body.replaceAll("\r\n", "\n")), "XX").parts).toHaveLength(2);
  });

  it("says what is missing and keeps what is there", () => {
    expect(parseMultipart(utf8("nothing"), "XX").fault).toContain("nowhere");
    const cut = parseMultipart(utf8(body.slice(0, body.indexOf("--XX--"))), "XX");
    expect(cut.parts).toHaveLength(2);
    expect(cut.fault).toContain("closing boundary");
  });

  it("ends on any bytes", () => {
    const bytes = utf8(body);
    for (let at = 0; at <= bytes.length; at++)
      expect(parseMultipart(bytes.slice(0, at), "XX").parts.length).toBeLessThanOrEqual(2);
  });
});

describe("hex", () => {
  const bytes = utf8("Creel keeps bytes\n");

  it("shows offset, bytes and what can be read", () => {
    expect(hexLines(bytes.length)).toBe(2);
    expect(hexLine(bytes, 0)).toEqual({
      offset: "00000000",
      hex: "43 72 65 65 6c 20 6b 65  65 70 73 20 62 79 74 65",
      ascii: "Creel keeps byte",
    });
    expect(hexLine(bytes, 1)).toEqual({ offset: "00000010", hex: "73 0a", ascii: "s·" });
  });

  it("can be narrower", () => {
    expect(hexLines(bytes.length, 8)).toBe(3);
    expect(hexLine(bytes, 1, 8)).toMatchObject({ offset: "00000008", ascii: "eps byte" });
  });

  it("dumps up to a bound", () => {
    expect(hexDump(bytes, 16).split("\n")).toHaveLength(1);
    expect(hexDump(bytes)).toContain("00000010  73 0a");
  });
});
