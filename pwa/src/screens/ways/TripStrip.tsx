/** The way from left to right: stops as posts, gaps hatched. Heights are not known, so it has none. */
import { ww } from "../../i18n/ways";
import type { Answer } from "../../state/trip";
import { kmText } from "./links";

export function TripStrip({ answer, stops }: { answer: Answer; stops: readonly { km: number }[] }) {
  const m = ww().trip;
  const at = (km: number) => `${((km / answer.km) * 100).toFixed(2)}%`;
  return (
    <div class="trip-strip" role="img" aria-label={m.strip(kmText(answer.km), stops.length, answer.gaps.length)}>
      <div class={`trip-line${answer.approximate ? " rough" : ""}`}>
        {answer.gaps.map((gap) => (
          <span key={gap.fromKm} class="trip-gap" style={{ left: at(gap.fromKm), width: at(gap.toKm - gap.fromKm) }} />
        ))}
        {stops.map((stop, i) => (
          <span key={stop.km} class="trip-post" style={{ left: at(stop.km) }}>
            {i + 1}
          </span>
        ))}
      </div>
      <p class="trip-ends quiet">
        <span>0</span>
        <span>{kmText(answer.km)} km</span>
      </p>
    </div>
  );
}
