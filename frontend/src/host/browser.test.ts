import { beforeEach, expect, it, vi } from "vitest";
import { browserHost } from "./browser";
import { webURL } from "./host";

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, "", "/");
});

it("takes the token out of the address and keeps it for this tab", async () => {
  history.replaceState(null, "", "/?x=1#token=abc");
  expect(await browserHost().session()).toEqual({ address: location.origin, token: "abc" });
  expect(location.href).toBe(`${location.origin}/?x=1`);
  expect(await browserHost().session()).toMatchObject({ token: "abc" });
});

it("has no token when there never was one", async () => {
  expect(await browserHost().session()).toMatchObject({ token: "" });
});

it("opens only http and https", async () => {
  const open = vi.spyOn(window, "open").mockReturnValue(null);
  const host = browserHost();
  for (const url of ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//x", "nonsense"]) {
    await expect(host.openExternal(url)).rejects.toThrow(/open link/);
  }
  expect(open).not.toHaveBeenCalled();
  await host.openExternal("https://example.test/a");
  expect(open).toHaveBeenCalledWith("https://example.test/a", "_blank", "noopener,noreferrer");
  expect(webURL("HTTP://Example.test")).toBe("http://example.test/");
});
