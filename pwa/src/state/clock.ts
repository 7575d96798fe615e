/** Now, as the screen shows it: ticks every few seconds while somebody looks. */
import { signal } from "@preact/signals";

const TICK_MS = 5_000;

export const now = signal(Date.now());

const tick = () => {
  if (document.visibilityState === "visible") now.value = Date.now();
};
setInterval(tick, TICK_MS);
document.addEventListener("visibilitychange", tick);
