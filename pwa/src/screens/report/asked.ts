/** What the sheet is open for: a bay that is blocked, or one that is clear again; null where it is closed. */
import { signal } from "@preact/signals";

export const reporting = signal<{ says: "BLOCKED" | "CLEAR"; evse: string | null } | null>(null);
