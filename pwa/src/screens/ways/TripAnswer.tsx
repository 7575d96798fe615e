/** The answer to a trip: a strip of it, a card for each stop, and what to know before setting off. */
import { useEffect } from "preact/hooks";
import type { PlanTripQuery } from "../../api/generated/ways/graphql";
import { ww } from "../../i18n/ways";
import { yuanShort } from "../../kernel/price";
import { Icon } from "../../parts/Icon";
import { PracticeNotice, splitAge } from "../../parts/Notices";
import { timeText } from "../../parts/when";
import { keepTrip, keptTrips, loadKeptTrips, openTrip, sizeOf, type Trip } from "../../state/trip";
import { climbText, kmText } from "./links";
import { StopCard } from "./StopCard";
import { TripStrip } from "./TripStrip";

type Plan = PlanTripQuery["planTrip"]["plans"][number];

export const percent = (share: number) => `${Math.floor(share * 100)}%`;
export const fenText = (fen: number) => yuanShort(fen * 100);

export function hoursText(minutes: number): string {
  const whole = Math.round(minutes);
  return ww().trip.hours(Math.floor(whole / 60), whole % 60);
}

export function TripAnswer({ trip }: { trip: Trip }) {
  const m = ww().trip;
  const { answer } = trip;
  const plan = answer.plans[0];
  const stops = plan?.stops ?? [];
  useEffect(() => void loadKeptTrips(), []);
  return (
    <>
      <PracticeNotice practice={stops.some(({ station }) => station.practice)} />
      <section class="block trip-top">
        <h2>{m.way(trip.from, trip.to)}</h2>
        <p class="quiet">{splitAge(m.savedAt, trip.at)}</p>
        <p>{m.facts(kmText(answer.km), hoursText(answer.drivingMinutes))}</p>
        <p class="quiet">{climbText(answer)}</p>
        {plan ? (
          <Sum plan={plan} />
        ) : (
          <p class="gap-words" role="alert">
            {m.noPlan}
          </p>
        )}
        <TripStrip answer={answer} stops={stops} />
        {answer.approximate && (
          <p class="approximate-note">
            <Icon name="warning" />
            <span>{m.approximate(kmText((answer.accuracyM ?? 0) / 1000))}</span>
          </p>
        )}
        {answer.typicalCar && <p class="quiet">{m.typical}</p>}
      </section>
      {answer.gaps.map((gap) => (
        <p key={gap.fromKm} class="gap-card">
          <Icon name="warning" />
          <strong>{m.gap(kmText(gap.km), String(Math.round(gap.fromKm)), String(Math.round(gap.toKm)))}</strong>
        </p>
      ))}
      {stops.map((stop, i) => (
        <StopCard key={stop.km} stop={stop} number={i + 1} />
      ))}
      <section class="block">
        <h2>{m.warnings}</h2>
        <ul class="plain-list">
          {answer.warnings.map((warning) => (
            <li key={warning.code}>{warning.message}</li>
          ))}
          {!answer.warnings.some(({ code }) => code.startsWith("WINTER")) && (
            <li>{m.temperature(String(Math.round(answer.temperatureC)))}</li>
          )}
          {answer.credit && <li>{m.credit(answer.credit)}</li>}
        </ul>
      </section>
      <Keep trip={trip} />
    </>
  );
}

function Sum({ plan }: { plan: Plan }) {
  const m = ww().trip;
  return (
    <>
      <p class="trip-sum">
        <strong>{m.stopsN(plan.stops.length)}</strong>
        <span>{costText(plan)}</span>
      </p>
      <p>{m.arrive(timeText(plan.arrivesAt), percent(plan.arrivalSoc))}</p>
    </>
  );
}

function costText(plan: Plan): string {
  const m = ww().trip;
  if (plan.costFen !== null) return m.cost(fenText(plan.costFen));
  return plan.knownCostFen ? m.costAtLeast(fenText(plan.knownCostFen)) : m.costUnknown;
}

function Keep({ trip }: { trip: Trip }) {
  const m = ww().trip;
  const done = keptTrips.value.some(({ value }) => value.id === trip.id);
  return (
    <div class="form">
      {done ? (
        <p class="note" role="status">
          <Icon name="check" />
          {m.saved}
        </p>
      ) : (
        <button type="button" class="button primary wide-button" onClick={() => void keepTrip(trip)}>
          {m.save(`${Math.max(1, Math.round(sizeOf(trip) / 1000))} kB`)}
        </button>
      )}
      <button type="button" class="button wide-button" onClick={() => openTrip(null)}>
        {m.change}
      </button>
    </div>
  );
}
