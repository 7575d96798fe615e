/** A road as a strip down the screen: places, chargers, and the ways without one. */
import "../../styles/account.css";
import "../../styles/ways.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { named, t } from "../../i18n";
import { ww } from "../../i18n/ways";
import { type Direction, gapsBetween } from "../../kernel/strip";
import { Frame } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { PracticeNotice, splitAge } from "../../parts/Notices";
import { distanceText } from "../../parts/words";
import { online } from "../../state/live";
import { loadRoad, type OpenRoad, openRoad, roadFailure, roadKeptSince } from "../../state/roads";
import { climbText, kmText, PageLink } from "./links";
import { RoadStrip } from "./RoadStrip";
import { Shield } from "./RoadsPage";

export function RoadPage({ id }: { id: string }) {
  const m = ww().roads;
  const found = openRoad.value?.id === id ? openRoad.value : null;
  useEffect(() => void loadRoad(id), [id, online.value]);
  return (
    <Frame title={found ? named(found.road) : m.title} busy={found === null && roadFailure.value === null}>
      {found ? (
        <Filled found={found} />
      ) : (
        <div class="empty" role="status">
          {roadFailure.value ? (
            <>
              <p>{roadFailure.value.message}</p>
              <button type="button" class="button" onClick={() => void loadRoad(id)}>
                {t().retry}
              </button>
            </>
          ) : (
            t().loading
          )}
        </div>
      )}
    </Frame>
  );
}

function Filled({ found }: { found: OpenRoad }) {
  const m = ww().roads;
  const direction = useSignal<Direction>("FORWARD");
  const { road } = found;
  const since = roadKeptSince.value;
  const posts = found.posts[direction.value];
  const usable = posts.filter(({ node }) => node.state !== "CLOSED" && node.state !== "PLANNED");
  const breaks = road.breaks ?? []; // a road that was kept by an older version has none
  const gaps = found.cut
    ? []
    : gapsBetween(
        usable.map((post) => post.km),
        road.fromKm,
        road.toKm,
        breaks,
      );
  // One place alone would name both directions alike.
  const ends = road.places.length > 1 ? [road.places[0], road.places.at(-1)] : [];
  return (
    <>
      {since !== null && (
        <div class="banner" role="status">
          <Icon name="cloudOff" />
          <span>{splitAge(m.kept, since)}</span>
        </div>
      )}
      <PracticeNotice practice={posts.some(({ node }) => node.practice)} />
      <section class="block road-head">
        <p class="road-line">
          <Shield road={road} />
          <span>
            {m.kinds[road.kind]} · {m.length(kmText(road.lengthKm))} · {m.chargersN(usable.length)}
          </span>
        </p>
        {since === null && <p class="quiet">{splitAge(t().updated, found.receivedAt)}</p>}
        {road.approximate ? (
          <p class="approximate-note">
            <Icon name="warning" />
            <span>
              <strong>{m.approximate}</strong> {m.approximateLong(kmText(road.accuracyM / 1000))}
            </span>
          </p>
        ) : (
          <p class="quiet">{m.accuracy(distanceText(road.accuracyM))}</p>
        )}
        <p class="quiet">{climbText(direction.value === "FORWARD" ? road : turned(road))}</p>
        {!found.cut && (
          <p class={gaps.length ? "gap-words" : "quiet"}>{gaps.length ? m.gapsN(gaps.length) : m.noGaps}</p>
        )}
        <fieldset class="toggle-row">
          <legend class="sr">{m.direction}</legend>
          {(["FORWARD", "BACKWARD"] as const).map((d, i) => {
            const end = ends[i === 0 ? 1 : 0];
            return (
              <button
                key={d}
                type="button"
                class="chip"
                aria-pressed={direction.value === d}
                onClick={() => {
                  direction.value = d;
                }}
              >
                {m.towards(end ? named(end) : i === 0 ? m.end : m.begin)}
              </button>
            );
          })}
        </fieldset>
        {road.kind === "EXPRESSWAY" && <p class="quiet">{m.oneWay}</p>}
      </section>
      <RoadStrip road={road} posts={posts} gaps={gaps} breaks={breaks} direction={direction.value} />
      <PageLink page={{ name: "trip", road: road.id }} icon="navigate" name={m.tripHere} hint={ww().roads.tripHint} />
      <p class="quiet source">{m.source(road.source, road.licence)}</p>
    </>
  );
}

/** Driven the other way, what climbs falls. */
const turned = ({ climbM, descentM }: OpenRoad["road"]) => ({ climbM: descentM, descentM: climbM });
