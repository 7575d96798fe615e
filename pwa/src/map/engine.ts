/** The one Map of the application's life: what it draws, and what it says back. */
import type { FeatureCollection } from "geojson";
import { type GeoJSONSource, Map as MapLibre, type MapMouseEvent, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import landUrl from "world-atlas/land-50m.json?url";
import type { BoxInput } from "../api/generated/graphql";
import type { Camera } from "../state/url";
import { graticule } from "./graticule";
import { addMarkers } from "./markers";
import { Pace } from "./pace";
import { palette } from "./palette";
import { layers, type SourceName, style } from "./style";

// Without this, the production build starts no worker and the map stays blank without an error.
setWorkerUrl(workerUrl);

const TAP_PX = 12;
/** In a lively city a bay flips several times a second; a cheap phone that drew each would never come to rest. */
const DRAW_EVERY_MS = 1_000;

export interface Events {
  moved: (camera: Camera, box: BoxInput) => void;
  station: (id: string) => void;
  /** Tapped where nothing is. */
  nothing: () => void;
  /** All is drawn: how many clusters and stations are on the screen. */
  drawn: (clusters: number, stations: number) => void;
}

export class Engine {
  readonly map: MapLibre;
  private readonly data: Partial<Record<SourceName, FeatureCollection>> = {};
  private readonly pace = new Pace<SourceName>(DRAW_EVERY_MS);

  constructor(container: HTMLElement, camera: Camera, title: string, events: Events) {
    const night = matchMedia("(prefers-color-scheme: dark)");
    this.map = new MapLibre({
      container,
      style: style(night.matches),
      center: [camera.lon, camera.lat],
      zoom: camera.zoom,
      minZoom: 3,
      maxZoom: 18,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      fadeDuration: 120,
      localIdeographFontFamily: "'PingFang SC', 'HarmonyOS Sans SC', MiSans, 'Noto Sans CJK SC', sans-serif",
      locale: { "Map.Title": title },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new ScaleControl({ maxWidth: 96, unit: "metric" }), "bottom-left");
    addMarkers(this.map, palette(night.matches));
    night.addEventListener("change", () => this.paint(night.matches));
    this.map.on("load", () => {
      for (const [name, data] of Object.entries(this.data)) this.map.getSource<GeoJSONSource>(name)?.setData(data);
      void this.drawLand();
    });
    const moved = () => {
      const box = this.box();
      this.set("graticule", graticule(box));
      events.moved(this.camera(), box);
    };
    this.map.on("load", moved);
    this.map.on("moveend", moved);
    this.map.on("idle", () => events.drawn(this.rendered("clusters"), this.rendered("station-dots")));
    this.map.on("click", (event) => this.tapped(event, events));
    this.map.on("mousemove", (event) => {
      this.map.getCanvas().style.cursor = this.at(event).length ? "pointer" : "";
    });
  }

  set(name: SourceName, data: FeatureCollection): void {
    this.data[name] = data;
    this.pace.run(name, () => this.map.getSource<GeoJSONSource>(name)?.setData(this.data[name] ?? data));
  }

  remove(): void {
    this.pace.end();
    this.map.remove();
  }

  /** Draws one station larger; none where null. */
  choose(id: string | null): void {
    this.whenLoaded(() => this.map.setFilter("chosen", ["==", ["get", "id"], id ?? ""]));
  }

  nameBy(property: "name" | "nameEn"): void {
    this.whenLoaded(() => {
      for (const layer of ["places", "towns"])
        this.map.setLayoutProperty(layer, "text-field", ["coalesce", ["get", property], ["get", "name"]]);
    });
  }

  camera(): Camera {
    const { lat, lng } = this.map.getCenter();
    return { lat, lon: lng, zoom: this.map.getZoom() };
  }

  box(): BoxInput {
    const b = this.map.getBounds();
    return {
      south: Math.max(-85, b.getSouth()),
      north: Math.min(85, b.getNorth()),
      west: Math.max(-180, b.getWest()),
      east: Math.min(180, b.getEast()),
    };
  }

  private rendered(layer: string): number {
    const found = this.map.queryRenderedFeatures({ layers: [layer] });
    return new Set(found.map((f) => f.properties.id)).size;
  }

  private at(event: MapMouseEvent) {
    const { x, y } = event.point;
    if (!this.map.getLayer("me")) return [];
    return this.map.queryRenderedFeatures(
      [
        [x - TAP_PX, y - TAP_PX],
        [x + TAP_PX, y + TAP_PX],
      ],
      { layers: ["chosen", "stations", "station-dots", "clusters"] },
    );
  }

  private tapped(event: MapMouseEvent, events: Events): void {
    const found = this.at(event)[0];
    if (!found) events.nothing();
    else if (found.layer.id === "clusters") {
      const [lon, lat] = (found.geometry as GeoJSON.Point).coordinates;
      this.map.easeTo({ center: [lon ?? 0, lat ?? 0], zoom: Math.min(18, this.map.getZoom() + 2) });
    } else events.station(String(found.properties.id));
  }

  private async drawLand(): Promise<void> {
    try {
      const topology = (await (await fetch(landUrl)).json()) as Topology<{ land: GeometryCollection }>;
      this.set("land", feature(topology, topology.objects.land));
    } catch {
      // sea and land look the same then; stations and towns are there
    }
  }

  private paint(dark: boolean): void {
    const colours = palette(dark);
    addMarkers(this.map, colours);
    for (const layer of layers(colours))
      for (const [name, value] of Object.entries(layer.paint ?? {}))
        this.map.setPaintProperty(layer.id, name as never, value as never);
  }

  private whenLoaded(run: () => void): void {
    if (this.map.getLayer("me")) run();
    else this.map.once("load", run);
  }
}
