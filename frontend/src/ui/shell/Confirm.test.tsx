import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { type Desk, DeskContext } from "../../state/desk";
import { createDialogs } from "../../state/dialogs";
import { createToasts } from "../../state/toasts";
import { theme } from "../theme";
import { Confirm } from "./Confirm";

for (const final of [true, false]) {
  const word = final ? "Cancel" : "Delete";
  it(`${final ? "what cannot be undone" : "what can be undone"} is asked with the focus on ${word}`, async () => {
    const parts: Partial<Desk> = { dialogs: createDialogs(), toasts: createToasts() };
    const desk = parts as Desk;
    let ran = 0;
    desk.dialogs.open("confirm", {
      title: "Delete it?",
      text: "It is gone then.",
      action: "Delete",
      danger: true,
      final,
      run: () => {
        ran++;
      },
    });
    render(
      <MantineProvider theme={theme}>
        <DeskContext value={desk}>
          <Confirm />
        </DeskContext>
      </MantineProvider>,
    );
    const button = await screen.findByRole("button", { name: word });
    await waitFor(() => expect(document.activeElement).toBe(button));
    fireEvent.click(button);
    await waitFor(() => expect(desk.dialogs.store.get()).toBeUndefined());
    expect(ran).toBe(final ? 0 : 1);
  });
}
