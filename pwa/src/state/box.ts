/** What the map's chunk tells the shell, which must not import it. */
import { signal } from "@preact/signals";
import type { BoxInput } from "../api/generated/graphql";
import type { Flip } from "../api/live";

export interface MapLink {
  bounds: BoxInput | null;
  /** Whether flips inside the bounds are wanted: not where only clusters are drawn. */
  follows: boolean;
  ask?: () => void;
  flip?: (flip: Flip) => void;
}

export const box = signal<MapLink>({ bounds: null, follows: false });
