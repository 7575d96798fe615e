/** What of reports a station's page needs at once: what the sheet is open for, and how its code is fetched. */
import { signal } from "@preact/signals";

/** A bay that is blocked, or one that is clear again; null where the sheet is closed. */
export const reporting = signal<{ says: "BLOCKED" | "CLEAR"; evse: string | null } | null>(null);

export async function sending(): Promise<typeof import("./sending")> {
  const [part] = await Promise.all([import("./sending"), import("../../i18n/mine").then((mine) => mine.loadWords())]);
  return part;
}
