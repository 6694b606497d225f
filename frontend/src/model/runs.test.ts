import { describe, expect, it } from "vitest";
import { span } from "./format";
import { amountOf, emptyForm, orderOf } from "./runform";
import {
  canResume,
  isChanged,
  isFan,
  progressText,
  repeatsText,
  resultOf,
  runAsText,
  titleOfRun,
  unlikeText,
} from "./runs";
import { practiceOf, simulatedAs, timelineOf, verdictOf } from "./simulation";
import type { Run, RunItem, RunOrder, SimulatedProvider } from "./types";

const order = (part: Partial<RunOrder> = {}): RunOrder => ({
  to: [{ url: "http://localhost:3000/in" }],
  last: false,
  parallel: 1,
  ratePerSecond: 0,
  stopAtFirstFailure: false,
  times: 1,
  delayMs: 0,
  shuffle: false,
  duplicate: false,
  resign: false,
  ignore: [],
  realTimeMs: 0,
  ...part,
});

const run = (part: Partial<Run> = {}): Run => ({
  id: 7,
  order: order(),
  state: "done",
  createdAt: "2026-11-23T12:00:00.000000Z",
  total: 0,
  sent: 0,
  delivered: 0,
  failed: 0,
  cancelled: 0,
  changed: 0,
  same: 0,
  ...part,
});

const item = (part: Partial<RunItem> = {}): RunItem => ({
  n: 1,
  request: 5,
  place: 0,
  repeat: 1,
  duplicate: false,
  state: "delivered",
  attempt: "a",
  status: 200,
  tookMs: 12.4,
  method: "POST",
  path: "/inbox/x",
  ...part,
});

describe("repeats", () => {
  const told = (part: Partial<NonNullable<Run["repeats"]>>, state: Run["state"] = "done") =>
    repeatsText(
      run({
        state,
        repeats: { outcomes: 5, firsts: 1, same: 4, unlike: 0, otherStatus: 0, otherBody: 0, ...part },
      }),
    );

  it("says whether they came out the same", () => {
    expect(repeatsText(run())).toBeUndefined();
    expect(told({ outcomes: 1, same: 0 })).toBeUndefined();
    expect(told({})).toEqual({ text: "All 5 the same", tone: "good" });
    expect(told({}, "running")?.text).toBe("All 5 the same so far");
    expect(told({ outcomes: 120, firsts: 40, same: 80 })?.text).toBe(
      "All 120 the same, for each of 40 requests",
    );
    expect(told({ same: 3, unlike: 1, otherBody: 1 })).toEqual({
      text: "1 of 5 differs from the first: 1 in body",
      tone: "bad",
    });
    expect(told({ same: 1, unlike: 3, otherStatus: 2, otherBody: 2 })?.text).toBe(
      "3 of 5 differ from the first: 2 in status, 2 in body",
    );
    expect(told({ firsts: 2, same: 1, unlike: 2, otherStatus: 2 })?.text).toBe(
      "2 of 5 differ from the first of their request: 2 in status",
    );
  });

  it("says of one in what it differs", () => {
    expect(unlikeText(item())).toBe("");
    expect(unlikeText(item({ alike: "same" }))).toBe("");
    expect(unlikeText(item({ alike: "both" }))).toBe("not as the first: another status and body");
  });
});

describe("the result of an item", () => {
  const cases: [string, Partial<RunItem>, string, string][] = [
    ["the first answer", {}, "first answer", "plain"],
    ["the same", { was: 200, changes: 0 }, "same", "good"],
    ["other content", { was: 200, changes: 3 }, "3 changes", "warn"],
    ["another status", { was: 200, status: 500, changes: 2, state: "failed" }, "was 200, now 500", "bad"],
    ["mended", { was: 500, changes: 2 }, "was 500, now 200", "good"],
    ["gone", { was: 200, status: undefined, state: "failed" }, "was 200, now no answer", "bad"],
    ["never there", { status: undefined, state: "failed" }, "no answer", "bad"],
    ["not sent", { status: undefined, attempt: undefined, state: "failed" }, "not sent", "bad"],
    ["left", { state: "pending" }, "not sent", "plain"],
    ["on its way", { state: "sent" }, "on its way", "plain"],
    ["cancelled", { state: "cancelled" }, "cancelled", "plain"],
  ];
  it.each(cases)("%s", (_, part, text, tone) => {
    expect(resultOf(item(part))).toEqual({ text, tone });
  });

  it("is a change when content, status or the answer itself is another", () => {
    expect(isChanged(item({ was: 200, changes: 1 }))).toBe(true);
    expect(isChanged(item({ was: 200, status: undefined }))).toBe(true);
    expect(isChanged(item({ was: 200, changes: 0 }))).toBe(false);
    expect(isChanged(item())).toBe(false);
  });
});

describe("a run in words", () => {
  it("names what goes where", () => {
    expect(titleOfRun(run({ total: 412, order: order({ filter: "x" }) }))).toBe(
      "412 requests to localhost:3000/in",
    );
    expect(titleOfRun(run({ total: 6, order: order({ filter: "x", times: 3, last: true, to: [] }) }))).toBe(
      "2 requests to where each last went, 3 times",
    );
    expect(
      titleOfRun(run({ order: order({ requests: 1, seqs: [5], to: [{ target: "a" }, { target: "b" }] }) })),
    ).toBe("Request #5 to 2 places");
    expect(titleOfRun(run({ order: order({ requests: 2, to: [{ target: "app" }], duplicate: true }) }))).toBe(
      "2 requests to app, each doubled",
    );
    const slack = { id: "slack", name: "Slack" } as SimulatedProvider;
    expect(titleOfRun(run({ order: order({ requests: 1, seqs: [5], simulate: "slack" }) }), [slack])).toBe(
      "Slack simulated: request #5 to localhost:3000/in",
    );
  });

  it("tells how far it is", () => {
    expect(progressText(run({ state: "running", total: 412, sent: 40, delivered: 30, failed: 2 }))).toBe(
      "Sending · 32 of 412 · 2 failed",
    );
    expect(progressText(run({ total: 4, sent: 4, delivered: 4, same: 4 }))).toBe(
      "Done · 4 sent · all the same answer",
    );
    expect(
      progressText(run({ state: "stopped", total: 9, sent: 2, delivered: 1, failed: 1, changed: 1 })),
    ).toBe("Stopped at the first failure · 2 of 9 · 1 failed · 1 changed");
  });

  it("can be gone on with while something is left and nothing is at work", () => {
    expect(canResume(run({ state: "stopped", total: 3, sent: 1 }))).toBe(true);
    expect(canResume(run({ state: "running", total: 3, sent: 1 }))).toBe(false);
    expect(canResume(run({ total: 3, sent: 3 }))).toBe(false);
  });

  it("is a fan only for one request sent once to several places", () => {
    const to = [{ url: "a" }, { url: "b" }];
    expect(isFan(run({ order: order({ requests: 1, to }) }))).toBe(true);
    expect(isFan(run({ order: order({ requests: 2, to }) }))).toBe(false);
    expect(isFan(run({ order: order({ requests: 1, to, times: 2 }) }))).toBe(false);
    expect(isFan(run({ order: order({ filter: "", to }) }))).toBe(false);
  });

  it("is copied as lines", () => {
    const text = runAsText(
      run({ total: 2, sent: 2, delivered: 1, failed: 1, changed: 1 }),
      [
        item({ was: 200, changes: 0, event: "order.created" }),
        item({ n: 2, request: 6, state: "failed", status: undefined, was: 200, note: "connection refused" }),
      ],
      "2 requests to app",
    );
    expect(text).toBe(
      [
        "2 requests to app",
        "Run 7: Done · 2 sent · 1 failed · 1 changed",
        "",
        "#5\torder.created\t200\t12 ms\tsame",
        "#6\tPOST /inbox/x\t-\t12 ms\twas 200, now no answer\tconnection refused",
        "",
      ].join("\n"),
    );
  });
});

describe("the form of a run", () => {
  const what = { seqs: [3, 5] };
  it("becomes an order with only what was said", () => {
    const read = orderOf({ ...emptyForm, targets: ["app"], urls: "localhost:3000/a\n" }, what, []);
    expect(read).toEqual({
      order: { seqs: [3, 5], to: [{ target: "app" }, { url: "http://localhost:3000/a" }] },
    });
    expect(
      orderOf(
        {
          ...emptyForm,
          where: "last",
          mode: "parallel",
          parallel: "8",
          rate: "2,5",
          times: "3",
          stop: true,
          resign: true,
        },
        { filter: "is:pinned" },
        ["body.id"],
      ),
    ).toEqual({
      order: {
        filter: "is:pinned",
        last: true,
        resign: true,
        mode: "parallel",
        parallel: 8,
        ratePerSecond: 2.5,
        times: 3,
        stopAtFirstFailure: true,
        ignore: ["body.id"],
      },
    });
  });

  it("tells each field that is wrong", () => {
    const read = orderOf({ ...emptyForm, times: "0", rate: "x", delayMs: "-1" }, what, []);
    expect("errors" in read && Object.keys(read.errors).sort()).toEqual([
      "delayMs",
      "ratePerSecond",
      "times",
      "to",
    ]);
  });

  it("simulates to one place, and leaves out what a provider decides", () => {
    const form = {
      ...emptyForm,
      how: "simulate" as const,
      provider: "slack",
      urls: "http://a",
      times: "9",
      realTime: "1.5",
    };
    expect(orderOf(form, what, ["x"])).toEqual({
      order: { seqs: [3, 5], to: [{ url: "http://a" }], simulate: "slack", realTimeMs: 1500 },
    });
    expect("errors" in orderOf({ ...form, urls: "http://a http://b" }, what, [])).toBe(true);
  });

  it("says how much that is", () => {
    expect(amountOf({ ...emptyForm, urls: "http://a" }, 412)).toBe("412 requests");
    expect(amountOf({ ...emptyForm, urls: "http://a http://b", times: "3", duplicate: true }, 2)).toBe(
      "2 requests × 2 places × 3 times × doubled = 24 sendings",
    );
    expect(amountOf(emptyForm, undefined)).toBe("");
  });
});

describe("a simulation", () => {
  const tries = [
    item({ n: 1, request: 5, ruling: "retry", status: 500, state: "failed", waitMs: 1000 }),
    item({ n: 2, request: 6, ruling: "accepted" }),
    item({ n: 3, request: 5, repeat: 2, ruling: "give-up", status: 500, state: "failed", atMs: 61_000 }),
  ];
  it("is laid out by request", () => {
    expect(timelineOf(tries).map((r) => `${r.kind} ${r.item.request}.${r.item.repeat}`)).toEqual([
      "request 5.1",
      "try 5.1",
      "try 5.2",
      "request 6.1",
      "try 6.1",
    ]);
  });

  it("comes to a verdict", () => {
    const of = (request: number) => tries.filter((t) => t.request === request);
    expect(verdictOf(of(5))).toEqual({ text: "given up after 2 tries, 1 min 1 s", tone: "bad" });
    expect(verdictOf(of(6))).toEqual({ text: "accepted at the first try", tone: "good" });
    expect(verdictOf([item({ state: "sent", status: undefined })]).text).toBe("under way");
    expect(verdictOf([item({ ruling: "disabled", repeat: 1 })]).text).toBe("switched off after 1 try");
  });

  it("tells how well a provider is known", () => {
    const lines = practiceOf({
      id: "shopify",
      name: "Shopify",
      connectMs: 1000,
      timeoutMs: 5000,
      timeoutTrust: "documented",
      accepts: "2xx",
      retries: 8,
      schedule: "8 times in 4 h",
      retryTrust: "commonly-known",
      assumed: true,
      wholeMs: 14_400_000,
    });
    expect(lines[0]).toEqual({
      text: "Waits 5 s for the answer, 1 s of it for the connection; accepts 2xx",
      trust: "documented",
    });
    expect(lines[1]?.trust).toBe("as commonly known");
    expect(lines[1]?.text).toContain("Creel takes 8 over 4 h");
  });

  it("takes the request's own provider, else the general one", () => {
    const all = [{ id: "slack" }, { id: "standard-webhooks" }] as SimulatedProvider[];
    expect(simulatedAs("slack", all)).toBe("slack");
    expect(simulatedAs("acme", all)).toBe("standard-webhooks");
    expect(simulatedAs(undefined, all)).toBe("standard-webhooks");
  });

  it("writes spans as a person does", () => {
    expect([0, 5_000, 61_000, 300_000, 9_000_000, 259_200_000].map(span)).toEqual([
      "0 s",
      "5 s",
      "1 min 1 s",
      "5 min",
      "2 h 30 min",
      "3 d",
    ]);
  });
});
