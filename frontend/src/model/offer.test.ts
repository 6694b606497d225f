import { describe, expect, it } from "vitest";
import { offer, used } from "./offer";

const all = [
  { id: "app.keys", title: "All keys", group: "Creel", words: "shortcuts help" },
  { id: "app.copyUrl", title: "Copy the endpoint’s URL", group: "Creel", words: "webhook address" },
  { id: "app.settings", title: "Settings", group: "Creel" },
  { id: "app.sample", title: "Send a sample", group: "Creel" },
  { id: "nav.all", title: "All requests", group: "Go to" },
  { id: "list.clear", title: "Delete all requests in the list", group: "List" },
  { id: "request.delete", title: "Delete the request", group: "Request" },
  { id: "request.compare", title: "Mark to compare", group: "Request", words: "diff difference" },
  { id: "request.edit", title: "Edit and send…", group: "Request" },
  { id: "request.forward", title: "Forward to…", group: "Request", words: "proxy relay" },
  { id: "request.replay", title: "Replay to where it last went", group: "Request", words: "resend retry" },
];
const ids = (typed: string, open = true, recent: string[] = []) =>
  offer(all, typed, { open, recent }).map((a) => a.id);

describe("offer", () => {
  it("puts first what is useful now", () => {
    expect(ids("").slice(0, 4)).toEqual([
      "request.replay",
      "request.forward",
      "request.edit",
      "request.compare",
    ]);
    expect(ids("", false).slice(0, 3)).toEqual(["app.copyUrl", "app.sample", "app.settings"]);
    expect(ids("")).toHaveLength(all.length);
  });
  it("puts what was used lately before that, but no more than three, and nothing that is gone", () => {
    const recent = ["gone", "list.clear", "nav.all", "app.keys", "request.delete"];
    expect(ids("", true, recent).slice(0, 4)).toEqual([
      "list.clear",
      "nav.all",
      "app.keys",
      "request.replay",
    ]);
    expect(ids("", true, recent)).toHaveLength(all.length);
  });
  it("finds by other words for the same thing, and a better fit beats a recent one", () => {
    expect(ids("resend")).toEqual(["request.replay"]);
    expect(ids("diff")).toEqual(["request.compare"]);
    expect(ids("proxy")).toEqual(["request.forward"]);
    expect(ids("delete", true, ["list.clear"])).toEqual(["list.clear", "request.delete"]);
    expect(ids("replay", true, ["list.clear"])[0]).toBe("request.replay");
    expect(ids("nothing like it")).toEqual([]);
  });
  it("remembers each once, the newest first", () => {
    expect(used(["a", "b"], "b")).toEqual(["b", "a"]);
    expect(used(["1", "2", "3", "4", "5", "6", "7", "8"], "9")).toHaveLength(8);
  });
});
