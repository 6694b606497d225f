import { createTheme, type MantineColorsTuple, Menu, Modal, Popover, Tooltip } from "@mantine/core";
import css from "./theme.module.css";

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
    ModalRoot: Modal.Root.extend({
      classNames: { content: css.modal },
      // The page itself never scrolls, and the lock would write a style without nonce.
      defaultProps: { transitionProps: { duration: 0 }, lockScroll: false },
    }),
    ModalOverlay: Modal.Overlay.extend({ defaultProps: { color: "var(--veil)", backgroundOpacity: 1 } }),
    Menu: Menu.extend({
      // The placeholder is a child that a menu may not have.
      defaultProps: { transitionProps: { duration: 0 }, shadow: "none", withInitialFocusPlaceholder: false },
      classNames: { dropdown: css.drop, item: css.item, divider: css.divider },
    }),
    Popover: Popover.extend({
      defaultProps: { transitionProps: { duration: 0 }, shadow: "none" },
      classNames: { dropdown: css.drop },
    }),
    Tooltip: Tooltip.extend({
      defaultProps: { transitionProps: { duration: 0 }, openDelay: 350 },
      classNames: { tooltip: css.tooltip },
    }),
  },
});
