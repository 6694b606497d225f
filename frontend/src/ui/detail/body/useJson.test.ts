import { waitFor as eventually, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { scanJson } from "../../../model/jsonscan";
import { useJson } from "./useJson";

const long = (word: string) =>
  JSON.stringify(Array.from({ length: 9_000 }, (_, id) => ({ id, text: `${word} number ${id}` })));

const waitFor = (check: () => void) => eventually(check, { timeout: 30_000 });

describe("useJson", () => {
  it("has a short text at once, or what is wrong with it, or nothing to do", () => {
    const { result, rerender } = renderHook(({ text }: { text?: string }) => useJson(text), {
      initialProps: { text: "[1,2]" as string | undefined },
    });
    expect(result.current.doc?.count).toBe(3);
    rerender({ text: "[1," });
    expect(result.current).toEqual({ fault: expect.stringContaining("line 1") });
    rerender({ text: undefined });
    expect(result.current).toEqual({});
  });

  it("reads a long text while the page goes on", async () => {
    const text = long("first");
    const { result } = renderHook(() => useJson(text));
    expect(result.current).toEqual({ progress: 0 });
    await waitFor(() => expect(result.current.doc).toBeDefined());
    expect(result.current.progress).toBeUndefined();
    expect(result.current.doc).toEqual(scanJson(text));
  });

  it("never shows one text as another, and drops the one that nobody waits for", async () => {
    const [first, second] = [long("first"), long("second")];
    const seen: (string | undefined)[] = [];
    const { result, rerender } = renderHook(
      ({ text }) => {
        const reading = useJson(text);
        seen.push(reading.doc?.text);
        if (reading.doc) expect(reading.doc.text).toBe(text);
        return reading;
      },
      { initialProps: { text: first } },
    );
    rerender({ text: second });
    expect(result.current.doc).toBeUndefined();
    await waitFor(() => expect(result.current.doc?.text).toBe(second));
    expect(seen).not.toContain(first);
  });

  it("tells the fault of a long text", async () => {
    const text = long("torn").slice(0, -1);
    const { result } = renderHook(() => useJson(text));
    await waitFor(() => expect(result.current.fault).toContain(`line 1, column ${text.length + 1}`));
  });
});
