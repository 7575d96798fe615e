/** The map's colours, by day and by night; the same tones as the stylesheet's. */
export interface Palette {
  water: string;
  land: string;
  line: string;
  ring: string;
  label: string;
  halo: string;
  surface: string;
  ink: string;
  green: string;
  onGreen: string;
  greenSoft: string;
  amber: string;
  amberSoft: string;
  grey: string;
  greySoft: string;
  blue: string;
}

const DAY: Palette = {
  water: "#cfe0e8",
  land: "#f3f4ee",
  line: "#e0e3da",
  ring: "#93a79b",
  label: "#3a463f",
  halo: "#f3f4ee",
  surface: "#ffffff",
  ink: "#14201a",
  green: "#0a7145",
  onGreen: "#ffffff",
  greenSoft: "#d3ecdd",
  amber: "#8a5200",
  amberSoft: "#fcefd8",
  grey: "#56625b",
  greySoft: "#e6eae6",
  blue: "#155fa8",
};

const NIGHT: Palette = {
  water: "#0a1a22",
  land: "#131a17",
  line: "#202a25",
  ring: "#50635a",
  label: "#c3cec8",
  halo: "#131a17",
  surface: "#1c2521",
  ink: "#e9f0ec",
  green: "#55cf94",
  onGreen: "#06170f",
  greenSoft: "#1c4936",
  amber: "#f0b45c",
  amberSoft: "#3a2b12",
  grey: "#a9b6af",
  greySoft: "#28322d",
  blue: "#86bdf5",
};

export const palette = (dark: boolean): Palette => (dark ? NIGHT : DAY);
