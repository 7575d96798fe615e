/** Sends reports of bays, once each: under a key of its own, and one tab at a time. */
import { ApiError } from "../api/client";
import { BayIsClearDocument, type BayReportRowFragment, ReportBayDocument } from "../api/generated/reports/graphql";
import { rw } from "../i18n/reports";
import { tooOld } from "../kernel/report";
import { words } from "./me";
import { sendPhoto } from "./photo";
import { changeReport, dropReport, failReport, loadReports, type Report, reports } from "./reportBox";
import { there } from "./server";
import { accessToken, askMine } from "./session";

export type Sent =
  | { kind: "sent"; report: BayReportRowFragment | null; photoTrouble: string | null }
  | { kind: "refused"; code: string; text: string; photoName: string | null }
  /** It is kept, and sent later. */
  | { kind: "waits"; text: string }
  | { kind: "signIn" };

const LOCK = "finder-reports";
const locked = <T>(run: () => Promise<T>): Promise<T> =>
  "locks" in navigator ? (navigator.locks.request(LOCK, run) as Promise<T>) : run();

/** All that wait for nothing but the network. */
export async function sendWaiting(): Promise<void> {
  for (const { key } of reports.value.filter((r) => r.failed === null && !r.held))
    if ((await sendReport(key)).kind === "waits") return;
}

/** One that is kept; afterwards it is gone, or kept with why it was not taken, or kept to be sent later. */
export const sendReport = (key: string): Promise<Sent> => locked(() => sendOne(key));

async function sendOne(key: string): Promise<Sent> {
  await loadReports();
  const kept = () => reports.value.find((r) => r.key === key);
  const report = kept();
  if (!report || report.failed !== null) return { kind: "sent", report: null, photoTrouble: null }; // by another tab
  try {
    await accessToken(); // it tells the gateway's clock, too, where the application was opened without a network
    const row = await told(report);
    const photoTrouble = kept()?.photoTrouble ?? null;
    await dropReport(key);
    return { kind: "sent", report: row, photoTrouble };
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError("SERVER", words(error), true);
    if (known.retryable) return { kind: "waits", text: known.message };
    if (known.code === "SIGN_IN") {
      await changeReport(key, { held: true });
      return { kind: "signIn" };
    }
    const photoName = known.code === "NO_SUCH_PHOTO" ? null : (kept()?.photoName ?? null);
    await failReport(key, known.message);
    return { kind: "refused", code: known.code, text: known.message, photoName };
  }
}

async function told(report: Report): Promise<BayReportRowFragment> {
  const { key, evse, lat, lon, accuracyM } = report;
  if (tooOld(report.at, Date.now())) throw new ApiError("SEEN_TOO_LONG_AGO", rw().tooOld, false);
  const seenAt = report.seenAt ?? new Date(there() - (Date.now() - report.at)).toISOString();
  if (report.seenAt === null) await changeReport(key, { seenAt });
  const said = { evseId: evse, seenAt, lat, lon, accuracyM, idempotencyKey: key };
  if (report.kind === "CLEAR") return (await askMine(BayIsClearDocument, said)).bayIsClear;
  const photo = await photoOf(report);
  const input = { ...said, kind: report.kind, plate: report.plate, photo };
  return (await askMine(ReportBayDocument, { input })).reportBay;
}

/** The name of its photo at the gateway. One that is not taken does not hold up the report. */
async function photoOf(report: Report): Promise<string | null> {
  if (report.photoName !== null || report.photo === null || report.photoTrouble !== null) return report.photoName;
  try {
    const photoName = await sendPhoto(report.photo, report.frame);
    await changeReport(report.key, { photoName, photo: null });
    return photoName;
  } catch (error) {
    if (!(error instanceof ApiError) || error.retryable || error.code === "SIGN_IN") throw error;
    await changeReport(report.key, { photoTrouble: error.message, photo: null });
    return null;
  }
}
