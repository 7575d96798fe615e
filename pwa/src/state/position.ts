/** Where the driver is; asked for only after a tap. */
import { computed, signal } from "@preact/signals";
import { metres, type Point } from "../kernel/geo";
import { centre } from "./about";
import { route } from "./route";

const MOVED_M = 200;

export const position = signal<Point | null>(null);
export const locating = signal(false);

export type LocateResult = "found" | "denied" | "failed";

/** The place that distances are measured from; null while `me` is asked for and not yet known. */
export const originPoint = computed<Point | null>(() => {
  const { origin } = route.value;
  if (origin.kind === "place") return origin.at;
  if (origin.kind === "me") return position.value;
  return centre.value;
});

/** Asks the device. Shows the browser's own question where it was not answered before. */
export function locate(): Promise<LocateResult> {
  if (!("geolocation" in navigator)) return Promise.resolve("failed");
  locating.value = true;
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        locating.value = false;
        const found = { lat: coords.latitude, lon: coords.longitude };
        if (!position.value || metres(position.value, found) > MOVED_M) position.value = found;
        resolve("found");
      },
      (error) => {
        locating.value = false;
        resolve(error.code === error.PERMISSION_DENIED ? "denied" : "failed");
      },
      { enableHighAccuracy: false, timeout: 10_000, maximumAge: 120_000 },
    );
  });
}

/** Whether the browser would answer without asking the person. */
export async function alreadyAllowed(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state === "granted";
  } catch {
    return false;
  }
}
