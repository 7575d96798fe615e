/** Reports of bays that this device has not sent yet, each written down with its true time before it is sent. In a
 *  database apart from the account's: a session that ended on the way must not lose what was seen. */
import { signal } from "@preact/signals";
import { clear, createStore, get, update } from "idb-keyval";
import type { BayReportKind } from "../api/generated/reports/graphql";
import { rw } from "../i18n/reports";
import { tooOld } from "../kernel/report";

export interface Report {
  key: string;
  at: number; // when it was seen, by this device's clock
  seenAt: string | null; // by the gateway's, fixed when it is first sent: a key stands for one moment
  evse: string;
  bay: string;
  station: string;
  stationName: string;
  kind: BayReportKind | "CLEAR";
  lat: number;
  lon: number;
  accuracyM: number;
  plate: string | null;
  photo: Blob | null;
  frame: string | null;
  photoName: string | null; // once the gateway has it: it is not sent twice
  photoTrouble: string | null;
  /** Nobody was signed in: it is sent at a person's tap, since the next who signs in may be another one. */
  held: boolean;
  /** Why it is not sent any more; it stays until that was read. */
  failed: string | null;
}

export const reports = signal<Report[]>([]);

const KEY = "reports";
let made: ReturnType<typeof createStore> | null = null;
const store = () => {
  made ??= createStore("finder-reports", "kept");
  return made;
};

/** Without a database (private mode) they last as long as the page. */
export async function loadReports(): Promise<void> {
  reports.value = await get<Report[]>(KEY, store()).then(
    (kept) => kept ?? [],
    () => reports.value,
  );
}

async function changed(by: (old: Report[]) => Report[]): Promise<void> {
  reports.value = by(reports.value);
  await update<Report[]>(
    KEY,
    (old = []) => {
      const next = by(old);
      reports.value = next;
      return next;
    },
    store(),
  ).catch(() => {});
}

export const keepReport = (report: Report): Promise<void> =>
  changed((old) => [...old.filter((r) => r.key !== report.key), report]);

export const dropReport = (key: string): Promise<void> => changed((old) => old.filter((r) => r.key !== key));

export const changeReport = (key: string, by: Partial<Report>): Promise<void> =>
  changed((old) => old.map((r) => (r.key === key ? { ...r, ...by } : r)));

/** It will not be sent; what was in it is forgotten at once. */
export const failReport = (key: string, why: string): Promise<void> =>
  changeReport(key, { failed: why, plate: null, photo: null, frame: null });

/** Whoever signs out leaves none behind. */
export async function emptyReports(): Promise<void> {
  reports.value = [];
  await clear(store()).catch(() => {});
}

/** Those that may have gone in the meantime are given up, with a word. */
export async function expireReports(): Promise<void> {
  for (const r of reports.value)
    if (r.failed === null && tooOld(r.at, Date.now())) await failReport(r.key, rw().tooOld);
}

const due = () => reports.value.some((r) => r.failed === null && !r.held);
const AGAIN_MS = 60_000;

/** Sends what waits when the application is opened, when the network is back, and now and then. */
export async function followReports(send: () => Promise<void>): Promise<void> {
  await loadReports();
  const go = async () => {
    await expireReports();
    if (due() && navigator.onLine) await send().catch(() => {});
  };
  addEventListener("online", () => void go());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void go();
  });
  setInterval(() => void go(), AGAIN_MS);
  await go();
}
