import { expect, it } from "vitest";
import { handshakeTold, toldBadge, toldText } from "./told";

it("says how an answer came about", () => {
  expect(toldText(undefined)).toBe("");
  expect(toldText("handshake:slack")).toBe("the Slack handshake");
  expect(toldText("rule:2,fault:reset")).toBe("by rule 2; the connection was reset on purpose");
  expect(toldText("rule:1,target:a, b:c")).toBe("by rule 1; with the answer of a, b:c");
  expect(toldText("waiting:app")).toBe("waiting for app");
  expect(toldText("fallback:timeout")).toBe("in its place, since the target took too long");
  expect(toldText("fallback:resting")).toBe("in its place, since the target rests after failing too often");
  expect(toldText("cut:26214400,target:local, app")).toBe(
    "cut short, since the target’s answer is too large; with the answer of local, app",
  );
  expect(toldBadge("cut:26214400,target:app")?.text).toBe("cut");
  expect(toldText("fallback:protocol")).toContain("(protocol)");
  expect(toldText("nonsense")).toBe("");
});

it("finds the handshake", () => {
  expect(handshakeTold("handshake:aws-sns")).toBe("aws-sns");
  expect(handshakeTold("rule:1,target:handshake:slack")).toBe("");
  expect(handshakeTold("")).toBe("");
});

it("names what is out of the usual for a badge", () => {
  expect(toldBadge("handshake:azure-event-grid")?.title).toBe("Answered the Azure Event Grid handshake");
  expect(toldBadge("rule:1,fault:reset")).toEqual({
    text: "fault",
    fault: true,
    title: "By rule 1; the connection was reset on purpose",
  });
  expect(toldBadge("rule:1,target:app")).toBeUndefined();
  expect(toldBadge("")).toBeUndefined();
});
