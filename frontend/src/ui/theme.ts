import { createTheme, type MantineColorsTuple, Menu, Modal, Popover, Tooltip } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#e3f2f0",
  "#cbe7e3",
  "#9fd0ca",
  "#6db7ae",
  "#45a197",
  "#2b8f85",
  "#138077",
  "#0f766e",
  "#0b5f59",
  "#074a45",
];

/** Mantine in our measures. Nothing moves: software WebKit pays for each animated frame. */
export const theme = createTheme({
  primaryColor: "teal",
  colors: { teal },
  primaryShade: { light: 7, dark: 4 },
  fontFamily: "var(--sans)",
  fontFamilyMonospace: "var(--mono)",
  defaultRadius: 6,
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    Modal: Modal.extend({
      defaultProps: {
        transitionProps: { duration: 0 },
        overlayProps: { color: "var(--veil)", backgroundOpacity: 1 },
      },
    }),
    Menu: Menu.extend({ defaultProps: { transitionProps: { duration: 0 }, shadow: "none" } }),
    Popover: Popover.extend({ defaultProps: { transitionProps: { duration: 0 }, shadow: "none" } }),
    Tooltip: Tooltip.extend({ defaultProps: { transitionProps: { duration: 0 }, openDelay: 350 } }),
  },
});
