import type { ReactNode } from "react";

interface IconProps {
  /** Edge in px. */
  size?: number;
}

function Icon({ size = 16, children }: IconProps & { children: ReactNode }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

/** A 24-unit line drawing as a component. */
const icon = (paths: ReactNode) => (props: IconProps) => <Icon {...props}>{paths}</Icon>;

/** The mark: a creel, the basket that keeps the catch. */
export const CreelIcon = icon(
  <>
    <path d="M4 10h16l-1.6 9.2a2 2 0 0 1-2 1.8H7.6a2 2 0 0 1-2-1.8z" />
    <path d="M8 10c0-5 8-5 8 0" />
    <path d="M9.5 13.5v4M14.5 13.5v4M12 13.5v4" />
  </>,
);
export const CopyIcon = icon(
  <>
    <rect x="9" y="9" width="11" height="11" rx="2" />
    <path d="M5 15H4.5A1.5 1.5 0 0 1 3 13.5V4.5A1.5 1.5 0 0 1 4.5 3h9A1.5 1.5 0 0 1 15 4.5V5" />
  </>,
);
export const CheckIcon = icon(<path d="M5 12.5l4.5 4.5L19 7.5" />);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const CloseIcon = icon(<path d="M6 6l12 12M18 6L6 18" />);
export const PinIcon = icon(
  <>
    <path d="M9 4h6l-.7 6.5 3.2 3.5h-11l3.2-3.5z" />
    <path d="M12 14v6" />
  </>,
);
export const NoteIcon = icon(
  <>
    <path d="M5 4h14v11l-5 5H5z" />
    <path d="M14 20v-5h5M8.5 9h7M8.5 12.5h4" />
  </>,
);
export const HelpIcon = icon(
  <path d="M8.5 9a3.5 3.5 0 1 1 5.2 3.1c-1.1.6-1.7 1.2-1.7 2.4M12 18.5h.01" strokeWidth="2" />,
);
export const TrashIcon = icon(
  <>
    <path d="M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13" />
    <path d="M10 11v5.5M14 11v5.5" />
  </>,
);
export const SunIcon = icon(
  <>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4" />
  </>,
);
export const MoonIcon = icon(<path d="M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z" />);
export const ScreenIcon = icon(
  <>
    <rect x="3" y="4.5" width="18" height="12" rx="2" />
    <path d="M9 20h6M12 16.5V20" />
  </>,
);
export const GearIcon = icon(
  <>
    <path d="M4 7h9M17 7h3M4 17h3M11 17h9" />
    <circle cx="15" cy="7" r="2.2" />
    <circle cx="9" cy="17" r="2.2" />
  </>,
);
export const MoreIcon = icon(<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" strokeWidth="2.8" />);
export const SearchIcon = icon(
  <>
    <circle cx="11" cy="11" r="6" />
    <path d="M15.5 15.5L20 20" />
  </>,
);
export const WarnIcon = icon(
  <>
    <path d="M12 4l9 16H3z" />
    <path d="M12 10v4.5M12 17.3v.01" />
  </>,
);
export const ArrowUpIcon = icon(<path d="M12 19V6M6.5 11.5L12 6l5.5 5.5" />);
export const SendIcon = icon(<path d="M4 12h15M13 6l6 6-6 6" />);
export const DownloadIcon = icon(<path d="M12 4v11M7 10.5l5 5 5-5M5 20h14" />);
export const ChevronIcon = icon(<path d="M9 6l6 6-6 6" />);
export const UpIcon = icon(<path d="M7 14.5l5-5 5 5" />);
export const DownIcon = icon(<path d="M7 9.5l5 5 5-5" />);
export const EditIcon = icon(<path d="M5 19l1-4L16 5l3 3L9 18zM14 7l3 3" />);
export const SignedIcon = icon(
  <>
    <path d="M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6z" />
    <path d="M8.8 12l2.3 2.3 4.2-4.4" />
  </>,
);
export const FoldIcon = icon(<path d="M8 8.5L12 4.5l4 4M8 15.5l4 4 4-4" />);
