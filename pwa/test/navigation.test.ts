import { expect, test } from "vitest";
import { cityOf, NAVIGATORS, navigationLink, type Target } from "../src/kernel/navigation";

const target: Target = {
  name: "五台山 (北)&站",
  address: null,
  city: "忻州市",
  gcj02: { lat: 38.418, lon: 112.7402 },
  wgs84: { lat: 38.4167, lon: 112.7333 },
};

test("Amap takes lon,lat; Baidu and Tencent take lat,lon; all three in GCJ-02", () => {
  expect(navigationLink("amap", target)).toContain("to=112.740200,38.418000,");
  expect(navigationLink("baidu", target)).toContain("latlng:38.418000,112.740200|name:");
  expect(navigationLink("baidu", target)).toContain("coord_type=gcj02");
  expect(navigationLink("tencent", target)).toContain("tocoord=38.418000,112.740200");
});

test("geo: is lat,lon in WGS-84", () => {
  expect(navigationLink("geo", target)).toMatch(/^geo:38\.416700,112\.733300\?/);
});

test.each(NAVIGATORS)("%s: a name with signs of its own breaks no link", (navigator) => {
  const link = navigationLink(navigator, target);
  expect(link).toContain(encodeURIComponent("五台山"));
  expect(link).not.toContain("&站");
  expect(() => new URL(link)).not.toThrow();
});

test.each([
  ["山西省忻州市忻府区和平街1号", "忻州市"],
  ["内蒙古自治区呼和浩特市新城区", "呼和浩特市"],
  ["忻州市原平市前进街", "忻州市"],
  ["和平街1号", null],
  [null, null],
])("%s lies in %s", (address, city) => expect(cityOf(address)).toBe(city));
