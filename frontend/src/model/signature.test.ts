import { describe, expect, it } from "vitest";
import {
  ageText,
  apart,
  bytesOfBase64,
  namesOf,
  placeText,
  span,
  unverified,
  verdictTitle,
} from "./signature";

describe("words about signatures", () => {
  it("says a span in the largest unit that it has two of", () => {
    expect([0.4, 999, 1_000, 90_000, 120_000, 7_200_000, 3 * 86_400_000].map(span)).toEqual([
      "0.4 ms",
      "999 ms",
      "1 second",
      "90 seconds",
      "2 minutes",
      "2 hours",
      "3 days",
    ]);
    expect(span(-120_000)).toBe("2 minutes");
  });

  it("holds the signed time against the receipt", () => {
    const at = "2026-11-23T12:00:05.000000Z";
    expect(ageText("2026-11-23T12:00:00.000000Z", at, 300)).toBe(
      "5 seconds before it arrived, within 5 minutes",
    );
    expect(ageText("2026-11-23T12:00:05.400000Z", at, 300)).toBe("as it arrived, within 5 minutes");
    expect(ageText("2026-11-20T12:00:05.000000Z", at, 300)).toBe(
      "3 days before it arrived, more than 5 minutes",
    );
    expect(ageText("2026-11-23T13:00:05.000000Z", at, undefined)).toBe(
      "60 minutes after it arrived; the clock is not checked",
    );
  });

  it("takes two signatures apart where they differ", () => {
    expect(apart("v1=abcd", "v1=abxd")).toEqual([
      { start: "v1=ab", middle: "c", end: "d" },
      { start: "v1=ab", middle: "x", end: "d" },
    ]);
    expect(apart("same", "same")[0]).toEqual({ start: "same", middle: "", end: "" });
    expect(apart("aa", "a")).toEqual([
      { start: "a", middle: "a", end: "" },
      { start: "a", middle: "", end: "" },
    ]);
  });

  it("names what it knows and leaves what it does not", () => {
    const names = namesOf({
      providers: [{ id: "stripe", name: "Stripe", schemes: ["stripe-v1"] }],
      schemes: [],
    });
    expect(verdictTitle({ reason: "no_secret", provider: "stripe", scheme: "stripe-v1" }, names)).toBe(
      "Signed by Stripe; no secret is set yet",
    );
    expect(verdictTitle({ reason: "no_secret", scheme: "" }, names)).toMatch(/not verified/);
    expect(verdictTitle({ reason: "secret_wrong", alsoReason: "body_changed", scheme: "" }, names)).toBe(
      "The secret is not the one it was signed with, and the body is not what was signed",
    );
    expect(verdictTitle({ reason: "new_reason", scheme: "" }, names)).toBe("The signature does not hold");
    expect(namesOf(undefined).provider("x")).toBe("x");
  });

  it("tells what is wrong from what could not be verified", () => {
    expect(unverified("no_secret")).toBe(true);
    expect(unverified("header_missing")).toBe(false);
  });

  it("says where a secret is kept", () => {
    expect(placeText({ place: "keychain" })).toBe("kept in your system's keychain");
    expect(placeText({ place: "file", why: "this session has no keychain" })).toBe(
      "kept in a file only you can read (this session has no keychain)",
    );
    expect(placeText(undefined)).toBe("");
  });

  it("reads bytes of base64", () => {
    expect([...bytesOfBase64("AP8K")]).toEqual([0, 255, 10]);
  });
});
