/** Line icons of our own, 24 × 24, drawn in the colour of the text. */
const PATHS = {
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.5 15.5 20 20",
  locate: "M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  filter: "M4 6h16M7 12h10M10 18h4",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6 6 18",
  map: "M9 5 3.5 7.5v12L9 17l6 2.5 5.5-2.5V5L15 7.5 9 5ZM9 5v12M15 7.5v12",
  list: "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.01M4 12h.01M4 17.5h.01",
  share: "M12 15V3.5M7.5 7.5 12 3.5l4.5 4M5 12v7.5h14V12",
  navigate: "M20.5 3.5 3.5 10.6l7 2.9 2.9 7 7.1-17Z",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  pin: "M12 21s6.5-6.2 6.5-11.2a6.5 6.5 0 1 0-13 0C5.500 14.800 12 21 12 21ZM12 7.500a2.300 2.300 0 1 1 0 4.600 2.300 2.300 0 0 1 0-4.600Z",
  bolt: "M13 2.500 5 13.500h6l-1 8 8-11h-6l1-8Z",
  chevron: "M9 5l7 7-7 7",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  phone:
    "M6.500 3.500h3l1.500 4-2 1.500a12 12 0 0 0 6 6l1.500-2 4 1.500v3a2 2 0 0 1-2 2A16 16 0 0 1 4.500 5.500a2 2 0 0 1 2-2Z",
  cloudOff: "M4 4l16 16M9 6.300A6 6 0 0 1 17.600 10 4 4 0 0 1 19.700 17M16 18H7.500A4.500 4.500 0 0 1 6.300 9.200",
  warning: "M12 4 2.500 20h19L12 4ZM12 10v4.500M12 17.300h.01",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20.500a7.500 7.500 0 0 1 15 0",
  scan: "M4 8.500V4h4.500M15.500 4H20v4.500M20 15.500V20h-4.500M8.500 20H4v-4.500M4 12h16",
  road: "M8 3 4 21M16 3l4 18M12 4v3M12 10.500v3M12 17v3",
  check: "M5 12.500l4.500 4.500L19 7.500",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
