/** The map on the screen, its buttons, and in words what it shows. */
import { effect, untracked, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import "maplibre-gl/dist/maplibre-gl.css";
import { language, t } from "../i18n";
import { metres } from "../kernel/geo";
import { Icon } from "../parts/Icon";
import { FailureNotes } from "../parts/Notices";
import { about, centre } from "../state/about";
import { originPoint, position } from "../state/position";
import { filters, go, route } from "../state/route";
import { station } from "../state/station";
import type { Camera } from "../state/url";
import { Engine } from "./engine";
import { clusterFeatures, pointFeature, ringFeatures, stationFeatures } from "./features";
import { askBox, boxFailed, rest, shown as shownBox } from "./state";

const FIRST_ZOOM = 12;
const STATION_ZOOM = 13;
const SETTLE_MS = 120;
const FAR_M = 4_000;

export function MapView({ shown, split }: { shown: boolean; split: boolean }) {
  const m = t();
  const frame = useRef<HTMLDivElement>(null);
  const engine = useRef<Engine | null>(null);
  const camera = useSignal<Camera | null>(null);

  useEffect(() => {
    const container = frame.current;
    if (!container) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const made = new Engine(container, firstCamera(), t().mapTitle, {
      moved: (now, box) => {
        camera.value = now;
        if (container.closest("[hidden]")) return;
        go({ camera: now }, { replace: true });
        clearTimeout(timer);
        timer = setTimeout(() => void askBox(box, now.zoom), SETTLE_MS);
      },
      station: (id) => go({ station: id }, { replace: route.value.station !== null }),
      nothing: () => {
        if (route.value.view === "map" && route.value.station) go({ station: null }, { replace: true });
      },
      drawn: (clusters, stations) => {
        container.dataset.clusters = String(clusters);
        container.dataset.stations = String(stations);
        container.dataset.drawn = String(Number(container.dataset.drawn ?? 0) + 1);
      },
    });
    engine.current = made;
    const stops = [
      effect(() => {
        if (shownBox.value) {
          made.set("stations", stationFeatures(shownBox.value));
          made.set("clusters", clusterFeatures(shownBox.value, t().clusterFree));
        }
      }),
      effect(() => made.choose(route.value.station)),
      effect(() => made.nameBy(language.value === "en" ? "nameEn" : "name")),
      effect(() => {
        const from = originPoint.value ?? centre.value;
        made.set(
          "rings",
          ringFeatures(from, (km) => `${km} ${t().km}`),
        );
        made.set("me", pointFeature(position.value));
      }),
      followFilters(made),
      followOrigin(made),
      followStation(made),
    ];
    void drawPlaces(made);
    return () => {
      for (const stop of stops) stop();
      rest();
      made.remove();
    };
  }, []);

  useEffect(() => {
    const made = engine.current;
    if (!made) return;
    if (!shown) return rest();
    made.map.resize();
    void askBox(made.box(), made.map.getZoom());
  }, [shown, split]);

  const Tag = split ? "div" : "main";
  const box = shownBox.value;
  const now = camera.value;
  const from = originPoint.value ?? centre.value;
  const far = now !== null && metres(now, from) > Math.max(FAR_M, 3e7 / 2 ** now.zoom);
  return (
    <Tag class="map-view" id={split ? undefined : "main"}>
      <div class="map-frame" ref={frame} data-testid="map" />
      <div class="map-notes">
        {about.value?.practice && <p class="practice small">{m.practice}</p>}
        {box && <FailureNotes failures={box.partialFailures} />}
        {boxFailed.value && <p class="note">{boxFailed.value}</p>}
        <p class="map-summary" role="status">
          {summary()}
        </p>
        {far && now && !(route.value.station && !split) && (
          <button
            type="button"
            class="button map-here"
            onClick={() =>
              go({
                origin: { kind: "place", at: { lat: now.lat, lon: now.lon }, name: m.mapPlace },
                text: "",
                ...(split ? { station: null } : {}),
              })
            }
          >
            {m.searchHere}
          </button>
        )}
      </div>
      <div class="map-buttons">
        <button type="button" class="icon-button" aria-label={m.zoomIn} onClick={() => engine.current?.map.zoomIn()}>
          <Icon name="plus" />
        </button>
        <button type="button" class="icon-button" aria-label={m.zoomOut} onClick={() => engine.current?.map.zoomOut()}>
          <Icon name="minus" />
        </button>
      </div>
      <p class="map-credit">
        <span>GeoNames CC BY</span> <span>Natural Earth</span>
      </p>
    </Tag>
  );
}

function summary(): string {
  const box = shownBox.value;
  const m = t();
  if (!box) return m.loading;
  if (box.clusters.length) return m.mapClusters(box.total);
  if (box.total > box.stations.length) return m.mapTooMany(box.stations.length);
  return m.mapSummary(box.total, box.stations.filter((s) => s.availability.available > 0).length);
}

function firstCamera(): Camera {
  if (route.value.camera) return route.value.camera;
  const open = route.value.station ? station.value?.location : null;
  return open ? { ...open, zoom: STATION_ZOOM } : { ...(originPoint.value ?? centre.value), zoom: FIRST_ZOOM };
}

function followFilters(made: Engine): () => void {
  let first = true;
  return effect(() => {
    void filters.value;
    if (!first) untracked(() => void askBox(made.box(), made.map.getZoom()));
    first = false;
  });
}

/** Another place was chosen: go there. The address's own camera wins when it is the first. */
function followOrigin(made: Engine): () => void {
  let before: string | null = null;
  return effect(() => {
    const { origin } = route.value;
    const at = originPoint.value;
    const key = JSON.stringify([origin, origin.kind === "me" ? at : null]);
    const moved = before !== null && before !== key;
    before = key;
    const named = origin.kind === "place" && untracked(() => camera(made, at)) < FAR_M;
    if (moved && at && !named) made.map.flyTo({ center: [at.lon, at.lat], zoom: FIRST_ZOOM, duration: 800 });
  });
}

const camera = (made: Engine, at: { lat: number; lon: number } | null) =>
  at ? metres(made.camera(), at) : Number.POSITIVE_INFINITY;

/** Brings an opened station into what the sheet leaves free. */
function followStation(made: Engine): () => void {
  let before: string | null = null;
  return effect(() => {
    const open = station.value;
    const wanted = route.value.station;
    if (!wanted) before = null;
    if (!open || open.id !== wanted || open.id === before) return;
    before = open.id;
    const over = untracked(() => route.value.view === "map") && innerWidth < 960;
    const { lat, lon } = open.location;
    const zoom = Math.max(made.map.getZoom(), STATION_ZOOM);
    made.map.easeTo({ center: [lon, lat], zoom, offset: [0, over ? -innerHeight * 0.22 : 0], duration: 500 });
  });
}

async function drawPlaces(made: Engine): Promise<void> {
  try {
    const answer = await fetch("/base/places.geojson");
    if (answer.ok) made.set("places", await answer.json());
  } catch {
    // the map then has no names of towns
  }
}
