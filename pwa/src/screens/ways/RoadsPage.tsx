/** The roads of this city, and the way to a trip. */
import "../../styles/account.css";
import "../../styles/ways.css";
import { useEffect } from "preact/hooks";
import { named, t } from "../../i18n";
import { ww } from "../../i18n/ways";
import { Frame } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { splitAge } from "../../parts/Notices";
import { online } from "../../state/live";
import { loadRoads, type RoadRow, roads, roadsFailure, roadsKeptSince } from "../../state/roads";
import { hrefOf, openPage } from "../../state/route";
import { kmText, PageLink } from "./links";

export function RoadsPage() {
  const m = ww().roads;
  const known = roads.value;
  const since = roadsKeptSince.value;
  useEffect(() => void loadRoads(), [online.value]);
  return (
    <Frame title={m.title} busy={known === null && roadsFailure.value === null}>
      {since !== null && (
        <div class="banner" role="status">
          <Icon name="cloudOff" />
          <span>{splitAge(m.kept, since)}</span>
        </div>
      )}
      <PageLink page={{ name: "trip", road: null }} icon="navigate" name={m.trip} hint={m.tripHint} />
      {known === null ? (
        <div class="empty" role="status">
          {roadsFailure.value ? (
            <>
              <p>{roadsFailure.value.message}</p>
              <button type="button" class="button" onClick={() => void loadRoads()}>
                {t().retry}
              </button>
            </>
          ) : (
            t().loading
          )}
        </div>
      ) : known.length === 0 ? (
        <p class="empty">{m.none}</p>
      ) : (
        <ul class="found road-list" role="list">
          {known.map((road) => (
            <RoadLink key={road.id} road={road} />
          ))}
        </ul>
      )}
      <a class="block link-row" href="/#/coverage">
        <Icon name="list" />
        <span>
          <strong>{m.coverage}</strong>
          <span class="quiet">{m.coverageHint}</span>
        </span>
        <Icon name="chevron" />
      </a>
    </Frame>
  );
}

function RoadLink({ road }: { road: RoadRow }) {
  const m = ww().roads;
  const page = { name: "road" as const, id: road.id };
  return (
    <li>
      <a
        class="found-row"
        href={hrefOf({ page })}
        onClick={(event) => {
          event.preventDefault();
          openPage(page);
        }}
      >
        <Shield road={road} />
        <span class="found-text">
          <span class="found-name">{named(road)}</span>
          <span class="quiet">
            {m.kinds[road.kind]} · {m.length(kmText(road.lengthKm))}
          </span>
        </span>
        {road.approximate && <span class="tag approximate">{m.approximate}</span>}
      </a>
    </li>
  );
}

/** Its number as on a sign, or a road's picture where it has none. */
export function Shield({ road }: { road: { ref: string | null; kind: RoadRow["kind"] } }) {
  return (
    <span class={`shield ${road.kind.toLowerCase()}`} aria-hidden={road.ref === null}>
      {road.ref ?? <Icon name="road" />}
    </span>
  );
}
