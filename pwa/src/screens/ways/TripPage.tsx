/** A trip: what is asked, or the answer as cards. */
import "../../styles/account.css";
import "../../styles/ways.css";
import "../../styles/trip.css";
import { useEffect } from "preact/hooks";
import { ww } from "../../i18n/ways";
import { Frame } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { splitAge } from "../../parts/Notices";
import { online } from "../../state/live";
import { dropTrip, keptTrips, loadKeptTrips, openTrip, planning, trip } from "../../state/trip";
import { TripAnswer } from "./TripAnswer";
import { TripForm } from "./TripForm";

export function TripPage({ road }: { road: string | null }) {
  const m = ww().trip;
  const shown = trip.value;
  useEffect(() => {
    openTrip(null);
    void loadKeptTrips();
  }, []);
  useEffect(() => {
    scrollTo(0, 0);
  }, [shown]);
  return (
    <Frame title={m.title} busy={planning.value}>
      {!online.value && (
        <div class="banner" role="status">
          <Icon name="cloudOff" />
          <span>{m.offline}</span>
        </div>
      )}
      {shown ? (
        <TripAnswer trip={shown} />
      ) : (
        <>
          <TripForm road={road} />
          <Saved />
        </>
      )}
    </Frame>
  );
}

function Saved() {
  const m = ww().trip;
  if (keptTrips.value.length === 0) return null;
  return (
    <section class="block">
      <h2>{m.savedTitle}</h2>
      <ul class="rows" role="list">
        {keptTrips.value.map(({ value }) => (
          <li key={value.id} class="row-item">
            <button type="button" class="saved-trip" onClick={() => openTrip(value)}>
              <strong>{m.way(value.from, value.to)}</strong>
              <span class="quiet">{splitAge(m.savedAt, value.at)}</span>
            </button>
            <button type="button" class="text-button alert" onClick={() => void dropTrip(value.id)}>
              {m.remove}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
