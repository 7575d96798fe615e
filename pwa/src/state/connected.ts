/** Whether the live connection is open now. */
import { signal } from "@preact/signals";

export const connected = signal(false);
