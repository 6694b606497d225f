import { describe, expect, it } from "vitest";
import { addTerm, insertOffer, jsonTerm, termFor, tokenize, unitOf, valueText } from "./filtertext";

const cut = (text: string) =>
  tokenize(text)
    .filter((t) => t.kind !== "blank")
    .map((t) => `${t.kind}:${t.text}`);

describe("tokenize", () => {
  it("tells fields, values, words, phrases, operators and groups apart", () => {
    expect(cut('push -is:pinned (status:>=400 OR NOT "pull req")')).toEqual([
      "word:push",
      "operator:-",
      "field:is:",
      "value:pinned",
      "group:(",
      "field:status:",
      "value:>=400",
      "operator:OR",
      "operator:NOT",
      'phrase:"pull req"',
      "group:)",
    ]);
  });

  it("takes a quoted value and a regexp whole, with blanks, brackets and escapes in them", () => {
    expect(cut(String.raw`event:"a \" (b" header.user-agent:/^a \/ b(c)/ x`)).toEqual([
      "field:event:",
      String.raw`value:"a \" (b"`,
      "field:header.user-agent:",
      String.raw`value:/^a \/ b(c)/`,
      "word:x",
    ]);
  });

  it("knows that a slash on path is mostly a plain one", () => {
    expect(cut("path:/orders/7 x")).toEqual(["field:path:", "value:/orders/7", "word:x"]);
    expect(cut("path:/^\\/o(a|b)/ x")).toEqual(["field:path:", "value:/^\\/o(a|b)/", "word:x"]);
  });

  it("takes paths into JSON as part of the field, and an address as a word", () => {
    expect(cut('body.data[0]["a"].id:7 https://x.test/a or And')).toEqual([
      'field:body.data[0]["a"].id:',
      "value:7",
      "word:https://x.test/a",
      "word:or",
      "word:And",
    ]);
  });

  it("loses nothing of any text", () => {
    const pieces = ['"', "/", "\\", "(", ")", "-", ":", "a", "path:", " ", "é", "😀", "body.", "[", "OR"];
    let seed = 7;
    for (let round = 0; round < 2_000; round++) {
      let text = "";
      for (let i = 0; i < 8; i++) {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        text += pieces[seed % pieces.length];
      }
      const tokens = tokenize(text);
      expect(tokens.map((t) => t.text).join("")).toBe(text);
      expect(tokens.every((t) => t.text !== "")).toBe(true);
    }
  });
});

describe("insertOffer", () => {
  it("goes on behind a value, and stays where more must be typed", () => {
    expect(insertOffer("x metho", 2, 7, "method:")).toEqual({ text: "x method:", cursor: 9 });
    expect(insertOffer("method:p", 7, 8, "POST")).toEqual({ text: "method:POST ", cursor: 12 });
    expect(insertOffer("hea", 0, 3, "header.")).toEqual({ text: "header.", cursor: 7 });
  });

  it("replaces only what belongs to it, in the middle too", () => {
    expect(insertOffer("method:p x", 7, 8, "POST")).toEqual({ text: "method:POST x", cursor: 12 });
    expect(insertOffer("(method:p)", 8, 9, "POST")).toEqual({ text: "(method:POST)", cursor: 12 });
    expect(insertOffer("event:a", 6, 7, '"a b."')).toEqual({ text: 'event:"a b." ', cursor: 13 });
  });
});

describe("addTerm", () => {
  it("narrows what is there, alternatives as a whole, and says nothing twice", () => {
    expect(addTerm("", "event:push")).toBe("event:push");
    expect(addTerm(" a ", "event:push")).toBe("a event:push");
    expect(addTerm("a OR b", "event:push")).toBe("(a OR b) event:push");
    expect(addTerm("a event:push", "event:push")).toBe("a event:push");
    expect(addTerm("event:pushed", "event:push")).toBe("event:pushed event:push");
  });
});

describe("valueText", () => {
  it("quotes what would mean more than itself", () => {
    expect(valueText("invoice.paid")).toBe("invoice.paid");
    expect(valueText("")).toBe('""');
    expect(valueText("a b")).toBe('"a b"');
    expect(valueText("*/*")).toBe('"*/*"');
    expect(valueText('a"\\')).toBe('"a\\"\\\\"');
    expect(valueText("/x/")).toBe('"/x/"');
    expect(valueText("1..2")).toBe('"1..2"');
    expect(valueText(">3")).toBe('">3"');
  });
});

describe("terms for values", () => {
  it("say just the value, or nothing where that cannot be said", () => {
    expect(termFor("event", "invoice.paid")).toBe("event:invoice.paid");
    expect(termFor("path", "/inbox/orders")).toBe("path:/inbox/orders");
    expect(termFor("path", "/x/")).toBe('path:"/x/"');
    expect(termFor("header.accept", "*/*")).toBe('header.accept:"*/*"');
    expect(termFor("query.a b", "1")).toBeUndefined();
    expect(termFor("event", "x".repeat(301))).toBeUndefined();
    expect(termFor("event", "a\nb")).toBeUndefined();
  });

  it("lead into JSON", () => {
    expect(jsonTerm("data.amount", "1200")).toBe("body.data.amount:1200");
    expect(jsonTerm("[0].id", '"a b"')).toBe('body[0].id:"a b"');
    expect(jsonTerm("a", '"\\u00e9"')).toBe("body.a:é");
    expect(jsonTerm("a", "true")).toBe("body.a:true");
    expect(jsonTerm("a", "-3")).toBe("body.a:-3");
    expect(jsonTerm("", "1")).toBeUndefined();
    expect(jsonTerm("a", "{}")).toBeUndefined();
  });
});

describe("unitOf", () => {
  it("counts characters, not halves of them", () => {
    expect(unitOf("😀 x", 1)).toBe(0);
    expect(unitOf("😀 x", 3)).toBe(3);
    expect(unitOf("ab", 9)).toBe(2);
  });
});
