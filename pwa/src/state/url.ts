/** The URL is the state: where one looks, what one wants, what is open, in which language. Pure. */
import type { Attribute, ConnectorType, StationFilter } from "../api/generated/graphql";
import type { Point } from "../kernel/geo";

export type View = "list" | "map";
export type Language = "zh-CN" | "en";

/** `me` keeps the position out of the address, which people share. */
export type Origin = { kind: "centre" } | { kind: "me" } | { kind: "place"; at: Point; name: string };

export interface Filters {
  freeNow: boolean;
  minPowerKw: number | null;
  freeParking: boolean;
  openNow: boolean;
  publicOnly: boolean;
  connectorTypes: ConnectorType[];
  operators: string[];
  attributes: Attribute[];
}

export interface Camera extends Point {
  zoom: number;
}

/** A plug to charge at; by the code on its pile where that was scanned. */
export interface Plug {
  station: string;
  evse: string;
  connector: string | null;
  code: string | null;
}

/** Pages that are a name and nothing else. */
const PLAIN = ["my", "orders", "scan", "roads", "claim", "invoices", "reports", "complaints"] as const;
type Plain = (typeof PLAIN)[number];

/** What lies over the finder: an account and what is charged with it. */
export type Page =
  | { name: Plain }
  | { name: "order"; number: string }
  | { name: "road"; id: string }
  /** Along that road, where one was come from. */
  | { name: "trip"; road: string | null }
  /** Back from a provider or a channel at which one signed in; see RFC 6749, 4.1.2. */
  | { name: "signed-in"; code: string; state: string }
  | ({ name: "charge" } & Plug);

export interface Route {
  page: Page | null;
  view: View;
  station: string | null;
  origin: Origin;
  filters: Filters;
  text: string;
  language: Language | null;
  camera: Camera | null;
}

export const NO_FILTERS: Filters = {
  freeNow: false,
  minPowerKw: null,
  freeParking: false,
  openNow: false,
  publicOnly: false,
  connectorTypes: [],
  operators: [],
  attributes: [],
};

export const CONNECTOR_TYPES: readonly ConnectorType[] = [
  "GBT_DC",
  "GBT_AC",
  "CCS2",
  "TYPE2",
  "CHADEMO",
  "NACS",
  "CHAOJI",
  "SWAP_BAY",
  "CCS1",
  "TYPE1",
  "SOCKET",
  "WIRELESS",
];
export const ATTRIBUTES: readonly Attribute[] = ["SOLAR", "STORAGE", "V2G", "SWAP", "GREEN_POWER"];

export function parse(href: string): Route {
  const url = new URL(href, "http://finder.invalid");
  const q = url.searchParams;
  const path = url.pathname;
  const onMap = path === "/map" || path.startsWith("/map/");
  const fromPath = path.startsWith("/station/") ? unescaped(path.slice("/station/".length)) : null;
  return {
    page: page(path, q),
    view: onMap ? "map" : "list",
    station: (onMap ? q.get("station") : fromPath) || null,
    origin: origin(q),
    filters: {
      freeNow: q.get("free") === "1",
      minPowerKw: numberIn(q.get("kw"), 0, 4000),
      freeParking: q.get("parking") === "free",
      openNow: q.get("open") === "1",
      publicOnly: q.get("public") === "1",
      connectorTypes: among(q.get("type"), CONNECTOR_TYPES),
      operators: list(q.get("op")),
      attributes: among(q.get("attr"), ATTRIBUTES),
    },
    text: (q.get("q") ?? "").slice(0, 64),
    language: q.get("lang") === "en" ? "en" : q.get("lang")?.startsWith("zh") ? "zh-CN" : null,
    camera: camera(q.get("v")),
  };
}

export function format(route: Route): string {
  const q = new URLSearchParams();
  if (route.page) return pageHref(route.page, route.language, q);
  const { filters: f, origin: o } = route;
  if (o.kind === "me") q.set("at", "me");
  if (o.kind === "place") {
    q.set("at", `${short(o.at.lat)},${short(o.at.lon)}`);
    if (o.name) q.set("near", o.name);
  }
  if (route.text) q.set("q", route.text);
  if (f.freeNow) q.set("free", "1");
  if (f.minPowerKw !== null) q.set("kw", String(f.minPowerKw));
  if (f.freeParking) q.set("parking", "free");
  if (f.openNow) q.set("open", "1");
  if (f.publicOnly) q.set("public", "1");
  if (f.connectorTypes.length) q.set("type", f.connectorTypes.join(","));
  if (f.operators.length) q.set("op", f.operators.join(","));
  if (f.attributes.length) q.set("attr", f.attributes.join(","));
  if (route.language) q.set("lang", route.language);
  if (route.view === "map" && route.camera) {
    const { lat, lon, zoom } = route.camera;
    q.set("v", `${short(lat)},${short(lon)},${Number(zoom.toFixed(2))}`);
  }
  if (route.view === "map" && route.station) q.set("station", route.station);
  const path =
    route.view === "map"
      ? "/map"
      : route.station
        ? `/station/${route.station.split("/").map(encodeURIComponent).join("/")}`
        : "/";
  return join(path, q);
}

function join(path: string, q: URLSearchParams): string {
  const query = q.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  return query ? `${path}?${query}` : path;
}

function page(path: string, q: URLSearchParams): Page | null {
  const [, name, rest] = path.split("/");
  const plain = PLAIN.find((known) => known === name);
  if (rest === undefined && plain) return { name: plain };
  if (name === "roads" && rest) return { name: "road", id: unescaped(rest).slice(0, 64) };
  if (name === "trip") return { name, road: q.get("road")?.slice(0, 64) || null };
  if (name === "orders" && rest) return { name: "order", number: unescaped(rest).slice(0, 64) };
  if (name === "signed-in") return { name, code: q.get("code") ?? "", state: q.get("state") ?? "" };
  const station = q.get("station");
  const evse = q.get("evse");
  if (name !== "charge" || !station || !evse) return null;
  return { name: "charge", station, evse, connector: q.get("plug"), code: q.get("code") };
}

function pageHref(page: Page, language: Language | null, q: URLSearchParams): string {
  if (page.name === "charge") {
    q.set("station", page.station);
    q.set("evse", page.evse);
    if (page.connector) q.set("plug", page.connector);
    if (page.code) q.set("code", page.code);
  }
  if (page.name === "signed-in") {
    q.set("code", page.code);
    q.set("state", page.state);
  }
  if (page.name === "trip" && page.road) q.set("road", page.road);
  if (language) q.set("lang", language);
  return join(pagePath(page), q);
}

function pagePath(page: Page): string {
  if (page.name === "order") return `/orders/${encodeURIComponent(page.number)}`;
  return page.name === "road" ? `/roads/${encodeURIComponent(page.id)}` : `/${page.name}`;
}

/** The gateway's filter, null where nothing is asked. */
export function toStationFilter(f: Filters): StationFilter | null {
  if (countFilters(f) === 0) return null;
  return {
    freeNow: f.freeNow,
    freeParking: f.freeParking,
    openNow: f.openNow,
    publicOnly: f.publicOnly,
    includePractice: true,
    ...(f.minPowerKw === null ? {} : { minPowerKw: f.minPowerKw }),
    ...(f.connectorTypes.length ? { connectorTypes: f.connectorTypes } : {}),
    ...(f.operators.length ? { operators: f.operators } : {}),
    ...(f.attributes.length ? { attributes: f.attributes } : {}),
  };
}

export function countFilters(f: Filters): number {
  return (
    [f.freeNow, f.minPowerKw !== null, f.freeParking, f.openNow, f.publicOnly].filter(Boolean).length +
    f.connectorTypes.length +
    f.operators.length +
    f.attributes.length
  );
}

function origin(q: URLSearchParams): Origin {
  const at = q.get("at");
  if (at === "me") return { kind: "me" };
  const parts = at?.split(",") ?? [];
  const lat = numberIn(parts[0] ?? null, -90, 90);
  const lon = numberIn(parts[1] ?? null, -180, 180);
  if (lat === null || lon === null) return { kind: "centre" };
  return { kind: "place", at: { lat, lon }, name: (q.get("near") ?? "").slice(0, 40) };
}

function camera(value: string | null): Camera | null {
  const parts = value?.split(",") ?? [];
  const lat = numberIn(parts[0] ?? null, -85, 85);
  const lon = numberIn(parts[1] ?? null, -180, 180);
  const zoom = numberIn(parts[2] ?? null, 0, 22);
  return lat === null || lon === null || zoom === null ? null : { lat, lon, zoom };
}

function numberIn(value: string | null, least: number, most: number): number | null {
  if (value === null || value.trim() === "") return null;
  const n = Number(value);
  return Number.isFinite(n) && n >= least && n <= most ? n : null;
}

function list(value: string | null): string[] {
  return [...new Set((value ?? "").split(",").filter((s) => s !== "" && s.length <= 64))].slice(0, 50);
}

function among<T extends string>(value: string | null, known: readonly T[]): T[] {
  const asked = new Set(list(value));
  return known.filter((k) => asked.has(k));
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const short = (degrees: number) => Number(degrees.toFixed(5));
