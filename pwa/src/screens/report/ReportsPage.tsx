/** One's reports: what waits on this device, and what came of those that were sent. */
import "../../styles/account.css";
import { useEffect } from "preact/hooks";
import type { BayReportRowFragment } from "../../api/generated/reports/graphql";
import { loadReportWords, rw } from "../../i18n/reports";
import { Frame, NotYet } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { splitAge } from "../../parts/Notices";
import { momentText, timeText } from "../../parts/when";
import { loadMine, mine, mineKeptSince, mineTrouble } from "../../state/myReports";
import { reports } from "../../state/reportBox";
import { go, hrefOf } from "../../state/route";
import { hasAccount } from "../../state/settings";
import { SignIn } from "../account/SignIn";
import { Waiting } from "./Waiting";

/** The page, once its words are there. */
export async function ready(): Promise<typeof ReportsPage> {
  await loadReportWords();
  return ReportsPage;
}

function ReportsPage() {
  const known = hasAccount.value;
  const waiting = reports.value.length;
  useEffect(() => {
    if (known) void loadMine();
  }, [known, waiting]);
  return (
    <Frame title={rw().mine} busy={known && mine.value === null && mineTrouble.value === null}>
      <Waiting />
      {known ? <Sent /> : <SignIn />}
    </Frame>
  );
}

function Sent() {
  const m = rw();
  const list = mine.value;
  const since = mineKeptSince.value;
  if (list === null) return <NotYet trouble={mineTrouble.value} again={loadMine} />;
  return (
    <>
      {since !== null && (
        <div class="banner" role="status">
          <Icon name="cloudOff" />
          <span>{splitAge(m.keptSince, since)}</span>
        </div>
      )}
      {list.length === 0 ? (
        <div class="empty">
          <p class="empty-title">{m.none}</p>
          <p>{m.noneHint}</p>
        </div>
      ) : (
        <section class="block">
          <ul class="rows" role="list">
            {list.map((r) => (
              <Row key={r.id} report={r} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Row({ report: r }: { report: BayReportRowFragment }) {
  const m = rw();
  const until =
    r.until && (r.state === "WAITING" || r.state === "CONFIRMED") ? m.until[r.state](timeText(r.until)) : "";
  return (
    <li class="row-item" data-state={r.state}>
      <div>
        <a
          class="report-name"
          href={hrefOf({ page: null, view: "list", station: r.stationId })}
          onClick={(event) => {
            event.preventDefault();
            go({ page: null, view: "list", station: r.stationId });
          }}
        >
          {r.stationName}
        </a>
        <p>
          {m.kind[r.clear ? "CLEAR" : r.kind]} · {m.bay(r.evseId.slice(r.evseId.indexOf("/") + 1))}
        </p>
        <p class="quiet">{momentText(r.seenAt)}</p>
        <p>
          <strong>{r.clear && r.state === "WAITING" ? m.clearKept : m.state[r.state]}</strong>
          {until && ` · ${until}`}
        </p>
        {r.reason && !(r.clear && r.state === "WAITING") && <p class="quiet">{r.reason}</p>}
      </div>
    </li>
  );
}
