/** Which sheet lies over the screen. */
import { signal } from "@preact/signals";

export type Panel = "filters" | "search" | "locate" | "settings" | null;

export const panel = signal<Panel>(null);
export const closePanel = () => {
  panel.value = null;
};
