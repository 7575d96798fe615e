/** The strip of bays: what each is doing, since when, and who says so. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import { rw } from "../i18n/reports";
import { Age, ageText } from "../parts/Age";
import { Icon } from "../parts/Icon";
import { powerText } from "../parts/words";
import { payChannels } from "../state/about";
import { glowing } from "../state/live";
import { hrefOf, openPage } from "../state/route";
import { loadStation, sourceNames } from "../state/station";
import type { Detail } from "../state/stations";
import type { Page } from "../state/url";
import { reporting } from "./report/asked";
import { BayWord } from "./report/BayWord";

const FEW = 8;
type Bay = Detail["evses"][number];

export function Bays({ found }: { found: Detail }) {
  const m = t();
  const all = useSignal(false);
  useBlocks(found);
  const shown = all.value || found.evses.length <= FEW + 2 ? found.evses : found.evses.slice(0, FEW);
  return (
    <section class="block">
      <h2>
        {m.bays} <span class="quiet">{found.evses.length}</span>
      </h2>
      {found.evses.length > FEW && (
        <p class="strip" aria-hidden="true">
          {found.evses.map((bay) => (
            <span key={bay.id} class={`sign s-${bay.live.status}`}>
              {m.status[bay.live.status][0]}
            </span>
          ))}
        </p>
      )}
      <ul class="bays" role="list">
        {shown.map((bay, i) => (
          <BayTile key={bay.id} station={found.id} bay={bay} at={found.bayAt[bay.id] ?? null} number={i + 1} />
        ))}
      </ul>
      {found.evses.length > FEW + 2 && (
        <button
          type="button"
          class="button wide-button"
          aria-expanded={all.value}
          onClick={() => {
            all.value = !all.value;
          }}
        >
          {all.value ? m.baysLess : m.baysAll(found.evses.length)}
        </button>
      )}
      {found.evses.length > 0 && (
        <button
          type="button"
          class="button wide-button"
          aria-haspopup="dialog"
          onClick={() => {
            reporting.value = { says: "BLOCKED", evse: null };
          }}
        >
          <Icon name="warning" />
          {rw().report}
        </button>
      )}
    </section>
  );
}

/** A flip says that a bay is blocked, but not by whom and until when: that is asked for. */
function useBlocks(found: Detail): void {
  const unexplained = found.evses
    .filter((e) => (e.live.status === "BLOCKED") !== Boolean(e.blockedBay))
    .map((e) => e.id);
  const key = unexplained.join();
  useEffect(() => {
    if (key && navigator.onLine) void loadStation(found.id);
  }, [found.id, key]);
}

interface TileProps {
  station: string;
  bay: Bay;
  at: number | null;
  number: number;
}

/** A plug stands ready, or may: a car that is plugged in reads occupied. */
const MAY_START = ["AVAILABLE", "OCCUPIED", "RESERVED", "UNKNOWN"];

function BayTile({ station, bay, at, number }: TileProps) {
  const m = t();
  const { live } = bay;
  const [sign, word] = m.status[live.status];
  const source = live.source ? (sourceNames.value[live.source] ?? live.source) : null;
  const guess = live.status === "UNKNOWN" && live.lastSeen !== "UNKNOWN" && at !== null;
  return (
    <li class={`bay s-${live.status}${glowing.value.has(bay.id) ? " glow" : ""}`} data-status={live.status}>
      <p class="bay-head">
        <span class="sign" aria-hidden="true">
          {sign}
        </span>
        <strong>{word}</strong>
        <span class="bay-label">{bay.label ?? number}</span>
      </p>
      {bay.connectors.map((c) => (
        <p key={c.id} class="bay-plug">
          {m.connectors[c.type]} {c.powerKw === null ? m.powerUnknown : powerText(c.powerKw)}
        </p>
      ))}
      <p class="bay-age">
        {at === null ? m.neverSeen : guess ? m.lastSeenAs(m.status[live.lastSeen][1], ageText(at)) : <Age at={at} />}
        {source && ` · ${source}`}
      </p>
      <BayWord bay={bay} label={bay.label ?? String(number)} />
      {payChannels.value.length > 0 && MAY_START.includes(live.status) && (
        <ChargeLink
          name={`${m.chargeHere} ${bay.label ?? number}`}
          page={{ name: "charge", station, evse: bay.id, connector: null, code: null }}
        />
      )}
    </li>
  );
}

function ChargeLink({ name, page }: { name: string; page: Page }) {
  return (
    <a
      class="button bay-charge"
      href={hrefOf({ page })}
      aria-label={name}
      onClick={(event) => {
        event.preventDefault();
        openPage(page);
      }}
    >
      {t().chargeHere}
    </a>
  );
}
