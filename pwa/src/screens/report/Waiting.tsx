/** Reports that this device has not sent: why not yet, or why not any more. */
import "../../styles/report.css";
import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { rw } from "../../i18n/reports";
import { ageText } from "../../parts/Age";
import { lazy } from "../../parts/lazy";
import { Sheet } from "../../parts/Sheet";
import { dropReport, type Report, reports } from "../../state/reportBox";
import { sending } from "./asked";

const SignIn = lazy(async () => (await sending()).SignIn);

/** Of one station, or of all. */
export function Waiting({ station }: { station?: string }) {
  const m = rw();
  const shown = reports.value.filter((r) => station === undefined || r.station === station);
  if (shown.length === 0) return null;
  return (
    <section class="block waiting-reports" data-testid="waiting">
      <h2>{m.waitingTitle}</h2>
      <ul class="rows" role="list">
        {shown.map((r) => (
          <Row key={r.key} report={r} named={station === undefined} />
        ))}
      </ul>
    </section>
  );
}

function Row({ report: r, named }: { report: Report; named: boolean }) {
  const m = rw();
  const busy = useSignal(false);
  const asking = useSignal(false);
  const send = async () => {
    busy.value = true;
    const sent = await sending()
      .then((part) => part.sendReport(r.key))
      .catch(() => null);
    busy.value = false;
    asking.value = sent?.kind === "signIn";
  };
  return (
    <li class="row-item" data-state={r.failed === null ? (r.held ? "held" : "waits") : "failed"}>
      <div>
        {named && <strong class="line">{r.stationName}</strong>}
        {m.bay(r.bay)} · {m.kind[r.kind]}
        <p class="quiet">
          {m.seen(ageText(r.at))} · {r.failed !== null ? m.notSent : r.held ? m.needsSignIn : m.waiting}
        </p>
        {r.failed !== null && <p>{r.failed}</p>}
      </div>
      <div class="wrap">
        {r.failed === null && (
          <button type="button" class="button" disabled={busy.value} onClick={() => void send()}>
            {busy.value ? m.sending : m.sendNow}
          </button>
        )}
        <button type="button" class="text-button" disabled={busy.value} onClick={() => void dropReport(r.key)}>
          {r.failed === null ? m.discard : m.understood}
        </button>
      </div>
      {asking.value && (
        <Sheet
          title={t().my}
          onClose={() => {
            asking.value = false;
          }}
        >
          <SignIn
            onDone={() => {
              asking.value = false;
              void send();
            }}
          />
        </Sheet>
      )}
    </li>
  );
}
