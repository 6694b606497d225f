import { describe, expect, it } from "vitest";
import { formatXml } from "./xml";

describe("XML is laid out", () => {
  it("by elements, two blanks a level", () => {
    expect(
      formatXml(
        '<?xml version="1.0"?><E><Order id="7"><Line sku="a>b"/><Empty></Empty></Order><!-- x --></E>',
      ),
    ).toBe(
      [
        '<?xml version="1.0"?>',
        "<E>",
        '  <Order id="7">',
        '    <Line sku="a>b"/>',
        "    <Empty></Empty>",
        "  </Order>",
        "  <!-- x -->",
        "</E>",
      ].join("\n"),
    );
  });
  it("text keeps its blanks, and what it is mixed with its line", () => {
    const mixed = "<p>  two <b>bold</b>\n words </p>";
    expect(formatXml(`<a>${mixed}<c> x </c><d><![CDATA[ </a> ]]></d></a>`)).toBe(
      ["<a>", `  ${mixed}`, "  <c> x </c>", "  <d><![CDATA[ </a> ]]></d>", "</a>"].join("\n"),
    );
  });
  it("again comes out the same", () => {
    const once = formatXml("<a>\n <b><c>1</c>\n\n<d/></b></a>");
    expect(once).toBe("<a>\n  <b>\n    <c>1</c>\n    <d/>\n  </b>\n</a>");
    expect(formatXml(once ?? "")).toBe(once);
  });
  it.each(["<a>", "<a></b>", "</a>", "a < b", "<a><b></a></b>", '<!DOCTYPE a [<!ENTITY e "x">]><a/>'])(
    "not when it does not fit together: %s",
    (text) => {
      expect(formatXml(text)).toBeUndefined();
    },
  );
  it("deep and long documents are no trouble", () => {
    const deep = formatXml("<a>".repeat(20_000) + "</a>".repeat(20_000));
    expect(deep?.split("\n").length).toBe(39_999);
    // Indents end somewhere, or it would take gigabytes.
    expect(deep?.length).toBeLessThan(6_000_000);
    expect(formatXml(`<a>${"<b>1</b>".repeat(30_000)}</a>`)?.split("\n").length).toBe(30_002);
  });
});
