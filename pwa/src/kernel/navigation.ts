/** Hand-over to navigation applications. Chinese maps take GCJ-02; mind which asks lon,lat and which lat,lon. */

export interface Target {
  name: string;
  address: string | null;
  city: string;
  gcj02: { lat: number; lon: number };
  wgs84: { lat: number; lon: number };
}

export const NAVIGATORS = ["amap", "baidu", "tencent", "geo"] as const;
export type Navigator = (typeof NAVIGATORS)[number];

/** The city in an address, which Baidu asks for: "山西省忻州市忻府区…" -> "忻州市". */
export function cityOf(address: string | null): string | null {
  return address?.match(/^(?:.{2,8}?(?:省|自治区))?([^省区县]{2,8}?市)/)?.[1] ?? null;
}

const fixed = (degrees: number) => degrees.toFixed(6);

/** The link that opens a route to the target by car. */
export function navigationLink(navigator: Navigator, target: Target): string {
  const name = encodeURIComponent(target.name);
  const lat = fixed(target.gcj02.lat);
  const lon = fixed(target.gcj02.lon);
  switch (navigator) {
    case "amap": // lon,lat
      return `https://uri.amap.com/navigation?to=${lon},${lat},${name}&mode=car&src=charging-finder&coordinate=gaode&callnative=1`;
    case "baidu": // lat,lon
      return `https://api.map.baidu.com/direction?destination=latlng:${lat},${lon}|name:${name}&mode=driving&region=${encodeURIComponent(target.city)}&output=html&coord_type=gcj02&src=webapp.charging.finder`;
    case "tencent": // lat,lon
      return `https://apis.map.qq.com/uri/v1/routeplan?type=drive&to=${name}&tocoord=${lat},${lon}&referer=charging-finder`;
    case "geo": // lat,lon, and WGS-84 by its RFC 5870
      return `geo:${fixed(target.wgs84.lat)},${fixed(target.wgs84.lon)}?q=${fixed(target.wgs84.lat)},${fixed(target.wgs84.lon)}(${name})`;
  }
}
