import { describe, expect, test } from "vitest";
import {
  byProvider,
  compactJson,
  formFields,
  formText,
  matchSamples,
  readSampleBody,
  redraft,
  sampleRequest,
} from "./samples";
import type { Sample, SampleMessage } from "./types";

const sample = (id: string, providerName: string, title = "", event = id): Sample => ({
  id,
  provider: id.split(".")[0] ?? "",
  providerName,
  event,
  title,
  contentType: "application/json",
  method: "POST",
});
const samples = [
  sample("stripe.invoice.paid", "Stripe", "Invoice paid"),
  sample("github.push", "GitHub", "Push to main"),
  sample("github.pull_request.closed", "GitHub", "Pull request merged", "pull_request"),
];

const message = (body: string | Uint8Array, type = "application/json"): SampleMessage => {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return {
    method: "POST",
    url: "http://127.0.0.1:4290/inbox",
    headers: [
      ["Content-Type", type],
      ["X-Signature", "abc"],
    ],
    bodyBase64: btoa(String.fromCharCode(...bytes)),
    seed: "seed",
    signing: { by: "test", headers: ["X-Signature"] },
  };
};

describe("finding", () => {
  test.each([
    ["", 3],
    ["github", 2],
    ["GITHUB  merged", 1],
    ["pull_request.closed", 1],
    ["paid stripe", 1],
    ["stripe push", 0],
  ])("%s", (query, count) => expect(matchSamples(samples, query)).toHaveLength(count));

  test("groups keep the order", () => {
    expect(byProvider(samples).map(([name, of]) => [name, of.length])).toEqual([
      ["Stripe", 1],
      ["GitHub", 2],
    ]);
  });
});

describe("bodies", () => {
  test("JSON is shown with indents, and is sent as it was when nothing is changed", () => {
    const body = readSampleBody(message('{"n":12345678901234567890,"s":"a\\u00e9\\/"}'));
    expect(body).toMatchObject({ kind: "json", compact: true });
    expect(body.text).toBe('{\n  "n": 12345678901234567890,\n  "s": "a\\u00e9\\/"\n}');
    expect(compactJson(body.text)).toBe('{"n":12345678901234567890,"s":"a\\u00e9\\/"}');
  });

  test("blanks and quotes inside strings stay", () => {
    expect(compactJson('{ "a b" : "c \\" d" , "e\\\\" : [ 1 , 2 ] }')).toBe(
      '{"a b":"c \\" d","e\\\\":[1,2]}',
    );
  });

  test("forms, XML, text and bytes are told apart", () => {
    expect(readSampleBody(message("a=1&b=2", "application/x-www-form-urlencoded")).kind).toBe("form");
    expect(readSampleBody(message("<a/>", "application/xml")).kind).toBe("xml");
    expect(readSampleBody(message("{ no", "application/json")).kind).toBe("text");
    expect(readSampleBody(message(new Uint8Array([0xff, 0xfe]))).kind).toBe("bytes");
  });

  test("the fields of a form survive", () => {
    const fields = formFields("a=x+y%26&b=&=c");
    expect(fields).toEqual([
      ["a", "x y&"],
      ["b", ""],
      ["", "c"],
    ]);
    expect(formFields(formText(fields))).toEqual(fields);
  });
});

describe("edits", () => {
  const seen = message('{"a":1}');
  const body = readSampleBody(seen);

  test("what is put back is no edit", () => {
    const draft = redraft(undefined, { body: "{}" }, seen, body);
    expect(draft).toEqual({ body: "{}" });
    expect(redraft(draft, { body: body.text }, seen, body)).toBeUndefined();
    expect(redraft(undefined, { headers: [...seen.headers] }, seen, body)).toBeUndefined();
    expect(redraft({ unsigned: true }, { unsigned: false }, seen, body)).toBeUndefined();
  });

  test("an unedited sample is asked for by its seed alone", () => {
    expect(sampleRequest("x", "inbox", seen, undefined)).toEqual({
      id: "x",
      endpoint: "inbox",
      seed: "seed",
    });
    expect(sampleRequest("x", "inbox", undefined, { body: "{}" })).toEqual({ id: "x", endpoint: "inbox" });
  });

  test("an edited body goes as its sender writes JSON; what is no JSON goes as it is", () => {
    expect(sampleRequest("x", "i", seen, { body: '{\n  "a": 2\n}' }).body).toBe('{"a":2}');
    expect(sampleRequest("x", "i", seen, { body: '{ "a": ' }).body).toBe('{ "a": ');
    const spaced = message('{\n  "a": 1\n}');
    expect(sampleRequest("x", "i", spaced, { body: '{\n  "a": 2\n}' }).body).toBe('{\n  "a": 2\n}');
  });

  test("lines without a name are left out", () => {
    const headers: [string, string][] = [
      ["A", "1"],
      [" ", "2"],
    ];
    expect(sampleRequest("x", "i", seen, { headers }).headers).toEqual([["A", "1"]]);
  });

  test("without signing all that was seen is sent", () => {
    expect(sampleRequest("x", "i", seen, { unsigned: true })).toMatchObject({
      unsigned: true,
      headers: seen.headers,
      bodyBase64: seen.bodyBase64,
    });
    const edited = sampleRequest("x", "i", seen, { unsigned: true, body: "{}" });
    expect(edited.body).toBe("{}");
    expect(edited.bodyBase64).toBeUndefined();
  });
});
