/** A stop: with how much one gets there, how long, for how much, whether a bay will be free, and where else. */
import { named } from "../../i18n";
import { ww } from "../../i18n/ways";
import { timeText } from "../../parts/when";
import { powerText } from "../../parts/words";
import { go } from "../../state/route";
import type { Answer } from "../../state/trip";
import { kmText } from "./links";
import { fenText, hoursText, percent } from "./TripAnswer";

type Stop = Answer["plans"][number]["stops"][number];

const open = (station: string) => go({ page: null, view: "list", station });

export function StopCard({ stop, number }: { stop: Stop; number: number }) {
  const m = ww().trip;
  return (
    <section class="block stop" aria-label={m.stop(number)}>
      <h2>
        <span class="trip-number" aria-hidden="true">
          {number}
        </span>
        <button type="button" class="stop-name" onClick={() => open(stop.station.id)}>
          {named(stop.station)}
        </button>
      </h2>
      <p class="quiet">
        {[named(stop.station.operator), m.at(kmText(stop.km)), detourText(stop.detourKm), powerText(stop.powerKw)].join(
          " · ",
        )}
      </p>
      <dl class="stop-facts">
        <Fact name={m.arrival} value={`${percent(stop.arrivalSoc)} · ${timeText(stop.arrivesAt)}`} />
        <Fact name={m.leave} value={percent(stop.leaveSoc)} />
        <Fact name={m.minutes} value={hoursText(stop.chargingMinutes)} />
        <Fact name={m.price} value={stop.costFen === null ? m.unknown : m.cost(fenText(stop.costFen))} />
        <Fact name={m.chance} value={chanceText(stop.chance)} />
      </dl>
      <PlanB stop={stop} />
    </section>
  );
}

function PlanB({ stop }: { stop: Stop }) {
  const m = ww().trip;
  const other = stop.alternative;
  if (!other) return <p class="plan-b quiet">{m.planBNone}</p>;
  return (
    <div class="plan-b">
      <p>
        <strong>{m.planB}</strong>{" "}
        <button type="button" class="text-button" onClick={() => open(other.station.id)}>
          {named(other.station)}
        </button>
      </p>
      <p class="quiet">
        {[
          m.at(kmText(other.km)),
          hoursText(other.chargingMinutes),
          other.costFen === null ? m.costUnknown : m.cost(fenText(other.costFen)),
          `${m.chance} ${chanceText(other.chance)}`,
          other.onArrival ? m.onArrival : m.decide(kmText(other.decideKm)),
        ].join(" · ")}
      </p>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt class="quiet">{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Never certain: above 95 it stays 95. */
function chanceText(chance: number | null): string {
  const m = ww().trip;
  return chance === null ? m.unknown : m.chanceOf(Math.min(95, Math.max(5, Math.round(chance * 20) * 5)));
}

function detourText(km: number | null): string {
  const m = ww().trip;
  if (km === null) return m.detourUnknown;
  return km < 0.05 ? m.detourNone : m.detour(kmText(km));
}
