/** What one reported oneself, as the gateway knows it; the last answer stands in where there is no network. */
import { batch, effect, signal } from "@preact/signals";
import { type BayReportRowFragment, MyBayReportsDocument } from "../api/generated/reports/graphql";
import { words } from "./me";
import { put, take } from "./purse";
import { askMine } from "./session";
import { hasAccount } from "./settings";

const FIRST = 50;

export const mine = signal<BayReportRowFragment[] | null>(null);
/** When it was received, if it came from this device and not from the gateway. */
export const mineKeptSince = signal<number | null>(null);
export const mineTrouble = signal<string | null>(null);

interface Kept {
  at: number;
  value: BayReportRowFragment[];
}

export async function loadMine(): Promise<void> {
  if (!hasAccount.value) return;
  try {
    const { myBayReports } = await askMine(MyBayReportsDocument, { first: FIRST });
    batch(() => {
      mine.value = myBayReports;
      mineKeptSince.value = null;
      mineTrouble.value = null;
    });
    await put("bay-reports", { at: Date.now(), value: myBayReports } satisfies Kept).catch(() => {});
  } catch (error) {
    const kept = await take<Kept>("bay-reports");
    batch(() => {
      if (hasAccount.value) {
        mine.value = kept?.value ?? null;
        mineKeptSince.value = kept?.at ?? null;
      }
      mineTrouble.value = words(error);
    });
  }
}

// Nothing of another account is shown.
effect(() => {
  if (hasAccount.value) return;
  batch(() => {
    mine.value = null;
    mineKeptSince.value = null;
    mineTrouble.value = null;
  });
});
