/** What citizens and sensors say of a bay, beside what its operator says. */
import { t } from "../../i18n";
import { rw } from "../../i18n/reports";
import { ageText } from "../../parts/Age";
import { timeText } from "../../parts/when";
import { reports } from "../../state/reportBox";
import { here } from "../../state/server";
import type { Detail } from "../../state/stations";
import { reporting } from "./asked";

export function BayWord({ bay, label }: { bay: Detail["evses"][number]; label: string }) {
  const m = rw();
  const { blockedBay: block, reportedBay: once } = bay;
  const blocked = block && bay.live.status === "BLOCKED";
  const waits = reports.value.some((r) => r.evse === bay.id && r.failed === null);
  if (waits) return <p class="bay-word">{m.waitsHere}</p>;
  if (!blocked && !once) return null;
  return (
    <>
      <p class="bay-word">
        {blocked
          ? m.blockedBy(block.by.map((who) => m.by[who] ?? who).join(m.and), timeText(here(block.until)))
          : once && m.saidAt(m.saidOnce[once.kind] ?? t().status.BLOCKED[1], ageText(here(once.seenAt)))}
      </p>
      {!blocked && <Said says="BLOCKED" evse={bay.id} label={label} />}
      <Said says="CLEAR" evse={bay.id} label={label} />
    </>
  );
}

function Said({ says, evse, label }: { says: "BLOCKED" | "CLEAR"; evse: string; label: string }) {
  const text = says === "CLEAR" ? rw().clearHere : rw().alsoSeen;
  return (
    <button
      type="button"
      class="button bay-say"
      aria-haspopup="dialog"
      aria-label={`${text} ${label}`}
      onClick={() => {
        reporting.value = { says, evse };
      }}
    >
      {text}
    </button>
  );
}
