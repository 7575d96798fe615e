import { expect, test } from "vitest";
import { countFilters, format, NO_FILTERS, parse, toStationFilter } from "../src/state/url";

test("everything survives the way into the address and back", () => {
  const route = parse(
    "/map?at=38.73,112.71&near=原平&q=万达&free=1&kw=120&parking=free&open=1&public=1&type=GBT_DC,CCS2&op=jinbei&attr=SOLAR&lang=en&v=38.5,112.9,12.5&station=jinbei/1409",
  );
  expect(route.view).toBe("map");
  expect(route.station).toBe("jinbei/1409");
  expect(route.origin).toEqual({ kind: "place", at: { lat: 38.73, lon: 112.71 }, name: "原平" });
  expect(route.filters).toEqual({
    freeNow: true,
    minPowerKw: 120,
    freeParking: true,
    openNow: true,
    publicOnly: true,
    connectorTypes: ["GBT_DC", "CCS2"],
    operators: ["jinbei"],
    attributes: ["SOLAR"],
  });
  expect(parse(format(route))).toEqual(route);
});

test("a station's address holds its id, slashes and all", () => {
  const route = { ...parse("/"), station: "ocm/12 3%/ü" };
  expect(parse(format(route)).station).toBe("ocm/12 3%/ü");
  expect(parse("/station/jinbei/1409").station).toBe("jinbei/1409");
});

test("nothing asked is a bare address, and no filter", () => {
  expect(format(parse("/"))).toBe("/");
  expect(toStationFilter(NO_FILTERS)).toBeNull();
  expect(countFilters(NO_FILTERS)).toBe(0);
});

test("one's own position is never in the address", () => {
  expect(format({ ...parse("/"), origin: { kind: "me" } })).toBe("/?at=me");
});

test.each([
  ["/?kw=4000", 4000],
  ["/?kw=4001", null],
  ["/?kw=0", 0],
  ["/?kw=-1", null],
  ["/?kw=NaN", null],
  ["/?kw=", null],
])("power in %s is %s", (href, power) => expect(parse(href).filters.minPowerKw).toBe(power));

test.each(["/?at=91,112", "/?at=38", "/?at=38,181", "/?at=NaN,1", "/?at=", "/?at=a,b"])("%s is no place", (href) =>
  expect(parse(href).origin).toEqual({ kind: "centre" }));

test("unknown words are dropped, and a broken escape breaks nothing", () => {
  expect(parse("/?type=GBT_DC,STEAM,GBT_DC&attr=COAL").filters.connectorTypes).toEqual(["GBT_DC"]);
  expect(parse("/station/%E0%A4%A").station).toBe("%E0%A4%A");
});

test("the gateway is asked only for what is set", () => {
  expect(toStationFilter({ ...NO_FILTERS, minPowerKw: 60 })).toEqual({
    freeNow: false,
    freeParking: false,
    openNow: false,
    publicOnly: false,
    includePractice: true,
    minPowerKw: 60,
  });
});

test.each([
  "/my",
  "/orders",
  "/claim",
  "/invoices",
  "/reports",
  "/scan",
  "/orders/20261125%2F1",
  "/my?lang=en",
  "/signed-in?code=a&state=b",
  "/charge?station=yanmen/1409&evse=yanmen/140901&plug=1",
  "/charge?station=yanmen/1409&evse=yanmen/140901&code=hlht%3A//1.2/",
])("page %s survives the way into the state and back", (href) => {
  const route = parse(href);
  expect(route.page).not.toBeNull();
  expect(format(route)).toBe(href);
});

test.each([
  "/charge",
  "/charge?station=a",
  "/my/x",
  "/claim/x",
  "/reports/x",
  "/nothing",
  "/orders/",
])("%s is no page of the account", (href) => expect(parse(href).page).toBeNull());
