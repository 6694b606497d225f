import { MantineProvider } from "@mantine/core";
import { QueryClient } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Desk, DeskContext } from "../../state/desk";
import { createDialogs, useDialog } from "../../state/dialogs";
import { theme } from "../theme";
import { DialogGuard, PaneGuard } from "./Guard";

let broken: boolean;
let copied: string[];
let desk: Desk;

beforeEach(() => {
  broken = true;
  copied = [];
  const parts: Partial<Desk> = {
    queries: new QueryClient(),
    dialogs: createDialogs(),
    host: { copyText: async (text: string) => void copied.push(text) } as unknown as Desk["host"],
  };
  desk = parts as Desk;
  // React tells the console of each error that a boundary catches.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => vi.restoreAllMocks());

function Fragile({ text }: { text: string }) {
  if (broken) throw new Error(`read ${text}: it is not there`);
  return <p>{text}</p>;
}

function Settings() {
  return useDialog("settings") ? <Fragile text="all settings" /> : null;
}

const draw = (children: React.ReactNode) => (
  <MantineProvider theme={theme}>
    <DeskContext value={desk}>{children}</DeskContext>
  </MantineProvider>
);

describe("a pane that throws", () => {
  it("says so in its own place, and is shown again when asked", () => {
    render(
      draw(
        <>
          <PaneGuard what="The list">
            <Fragile text="rows" />
          </PaneGuard>
          <p>neighbour</p>
        </>,
      ),
    );
    const alert = screen.getByRole("alert", { name: "The list cannot be shown" });
    expect(alert.textContent).toContain("nothing that is kept is lost");
    expect(alert.textContent).toContain("Read rows: it is not there");
    expect(screen.getByText("neighbour")).toBeTruthy();
    const again = screen.getByRole("button", { name: "Show again" });
    expect(document.activeElement).toBe(again);

    fireEvent.click(again);
    expect(screen.getByRole("alert")).toBeTruthy();
    broken = false;
    fireEvent.click(screen.getByRole("button", { name: "Show again" }));
    expect(screen.queryByRole("alert")).toBeNull();
    expect(screen.getByText("rows")).toBeTruthy();
  });

  it("reads anew only what nobody else is showing", () => {
    desk.queries.setQueryData(["request", 1], "damaged");
    render(draw(<PaneGuard what="Request 1">{<Fragile text="body" />}</PaneGuard>));
    fireEvent.click(screen.getByRole("button", { name: "Show again" }));
    expect(desk.queries.getQueryData(["request", 1])).toBeUndefined();
  });

  it("leaves the focus to whoever has it", () => {
    render(draw(<input aria-label="Filter" />));
    screen.getByRole("textbox").focus();
    render(draw(<PaneGuard what="The list">{<Fragile text="rows" />}</PaneGuard>));
    expect(document.activeElement).toBe(screen.getByRole("textbox"));
  });

  it("is tried again when it is about something else", () => {
    const pane = (seq: number) =>
      draw(
        <PaneGuard what="It" about={seq}>
          {<Fragile text="body" />}
        </PaneGuard>,
      );
    const { rerender } = render(pane(1));
    broken = false;
    rerender(pane(1));
    expect(screen.getByRole("alert")).toBeTruthy();
    rerender(pane(2));
    expect(screen.getByText("body")).toBeTruthy();
  });

  it("gives a maintainer the error and the components", async () => {
    render(draw(<PaneGuard what="The list">{<Fragile text="rows" />}</PaneGuard>));
    fireEvent.click(screen.getByRole("button", { name: "Copy details" }));
    await screen.findByText("Copied");
    expect(copied).toHaveLength(1);
    expect(copied[0]).toContain("Error: read rows: it is not there");
    expect(copied[0]).toMatch(/In:\n.*Fragile/);
  });
});

describe("a dialog that throws", () => {
  const features = () =>
    draw(
      <>
        <DialogGuard names={["settings"]}>
          <Settings />
        </DialogGuard>
        <p>panes</p>
      </>,
    );

  it("is told in a dialog that can be closed, and opens the next time", async () => {
    desk.dialogs.open("settings", {});
    render(features());
    expect(await screen.findByRole("dialog", { name: "This dialog cannot be shown" })).toBeTruthy();
    expect(screen.getByText("panes")).toBeTruthy();
    const [, close] = screen.getAllByRole("button", { name: "Close" });
    if (close) fireEvent.click(close);
    expect(desk.dialogs.store.get()).toBeUndefined();
    expect(screen.queryByRole("dialog")).toBeNull();

    broken = false;
    desk.dialogs.open("settings", {});
    expect(await screen.findByText("all settings")).toBeTruthy();
  });

  it("is shown again when asked", async () => {
    desk.dialogs.open("settings", {});
    render(features());
    const again = await screen.findByRole("button", { name: "Show again" });
    broken = false;
    fireEvent.click(again);
    expect(screen.getByText("all settings")).toBeTruthy();
  });
});
