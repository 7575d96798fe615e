/** Places on a flat sheet, as wide as it is told, and labels that lie on nothing else. Pure. */

export interface At {
  lat: number;
  lon: number;
}

export interface Sheet {
  width: number;
  height: number;
  /** Along and down the sheet. */
  xy: (lon: number, lat: number) => [number, number];
  /** A line of longitude and latitude as an SVG path. */
  path: (line: readonly (readonly number[])[]) => string;
}

const MARGIN_DEGREES = 0.22;

/** All of these places, and a little around them; flat enough for a city's two hundred kilometres. */
export function sheet(places: readonly At[], width: number): Sheet {
  const edge = (values: number[], side: (...all: number[]) => number, more: number) => side(...values) + more;
  const lats = places.map((p) => p.lat);
  const lons = places.map((p) => p.lon);
  const north = edge(lats, Math.max, MARGIN_DEGREES);
  const south = edge(lats, Math.min, -MARGIN_DEGREES);
  const west = edge(lons, Math.min, -MARGIN_DEGREES);
  const east = edge(lons, Math.max, MARGIN_DEGREES);
  const narrow = Math.cos((((north + south) / 2) * Math.PI) / 180);
  const scale = width / ((east - west) * narrow);
  const xy = (lon: number, lat: number): [number, number] => [
    Math.round((lon - west) * narrow * scale * 10) / 10,
    Math.round((north - lat) * scale * 10) / 10,
  ];
  return {
    width,
    height: Math.round((north - south) * scale),
    xy,
    path: (line) => `M${line.map(([lon, lat]) => xy(lon ?? 0, lat ?? 0).join(" ")).join("L")}`,
  };
}

export interface Circle {
  x: number;
  y: number;
  r: number;
}

export interface Label {
  x: number;
  y: number;
  anchor: "start" | "end" | "middle";
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where each circle's label of that size goes: beside, below or above it, where it lies on the least. */
export function labels(circles: readonly Circle[], width: number, height: number): Label[] {
  const taken: Box[] = circles.map(({ x, y, r }) => ({ left: x - r, top: y - r, right: x + r, bottom: y + r }));
  return circles.map((circle) => {
    const best = choices(circle, width, height)
      .map((each) => ({ ...each, on: taken.filter((box) => meet(box, each.box)).length }))
      .reduce((a, b) => (b.on < a.on ? b : a));
    taken.push(best.box);
    return best.label;
  });
}

function choices({ x, y, r }: Circle, width: number, height: number): { label: Label; box: Box }[] {
  const beside = (left: number, top: number) => ({ left, top, right: left + width, bottom: top + height });
  const middle = y - height / 2;
  const away = r + 4;
  const at = (anchor: Label["anchor"], from: number, box: Box) => ({ label: { x: from, y: box.top, anchor }, box });
  return [
    at("start", x + away, beside(x + away, middle)),
    at("end", x - away, beside(x - away - width, middle)),
    at("middle", x, beside(x - width / 2, y + away)),
    at("middle", x, beside(x - width / 2, y - away - height)),
  ];
}

const meet = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
