import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { qr } from "../src/kernel/qr";

// By another encoder (qrcode 8 of PyPI): the rows of "https://f.cn" under mask 0, and digests of others' rows.
const ROWS = [
  0x1fc67f, 0x105041, 0x17415d, 0x17495d, 0x175b5d, 0x104641, 0x1fd57f, 0x000400, 0x154512, 0x1d3671, 0x05da97,
  0x1d3f12, 0x046e28, 0x001233, 0x1fcd17, 0x104fb2, 0x17520a, 0x17475a, 0x175f15, 0x104112, 0x1fdd1b,
];
const DIGESTS: [text: string, mask: number, digest: string][] = [
  ["a".repeat(14), 0, "c4ca3dbce7f742f8"],
  ["a".repeat(14), 3, "b19af91a3b675227"],
  ["a".repeat(14), 5, "e6662df8ebae13a8"],
  ["a".repeat(15), 0, "5e4644b077e528ec"],
  ["a".repeat(15), 3, "c29ab8e36af944d7"],
  ["a".repeat(15), 5, "a0b4f2d31745f0aa"],
  ["忻州充电", 0, "981661d650dad969"],
  ["忻州充电", 3, "f8c000cc36b36b4c"],
  ["忻州充电", 5, "872b96f2fbfe2476"],
  ["https://finder.example/orders/01JDXYZABCDEFGHJKMNPQRSTVW0A1", 0, "aef22c1fa8beb0b0"],
  ["https://finder.example/orders/01JDXYZABCDEFGHJKMNPQRSTVW0A1", 3, "f900ea85c1566a3e"],
  ["https://finder.example/orders/01JDXYZABCDEFGHJKMNPQRSTVW0A1", 5, "8d6356cdf6ff4144"],
  ["b".repeat(106), 0, "89aabdb875d6cc0f"],
  ["b".repeat(106), 3, "b8b63dcf6a916473"],
  ["b".repeat(106), 5, "9fd5aa1595064732"],
  ["b".repeat(107), 0, "d6f02e36d7836c97"],
  ["b".repeat(107), 3, "ed3da4f2e4ca1bed"],
  ["b".repeat(107), 5, "a3c8d8df5e356064"],
  ["b".repeat(122), 0, "431c4c5fd965971a"],
  ["b".repeat(122), 3, "77b8e7fca5e55664"],
  ["b".repeat(122), 5, "95419b5783d1441f"],
  ["c".repeat(180), 0, "19c2836ba2114d71"],
  ["c".repeat(180), 3, "d9882eb12c5277fc"],
  ["c".repeat(180), 5, "b2045dc11f813169"],
  ["d".repeat(213), 0, "8dc14e57b952bad5"],
  ["d".repeat(213), 3, "81de23ef081ba8ad"],
  ["d".repeat(213), 5, "383d49189af72929"],
];

const digits = (rows: boolean[][]): string[] => rows.map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));

test("a short text is drawn as another encoder draws it", () => {
  expect(digits(qr("https://f.cn", 0) ?? []).map((row) => Number.parseInt(row, 2))).toEqual(ROWS);
});

test.each(DIGESTS)("%s under mask %i too", (text, mask, digest) => {
  const rows = digits(qr(text, mask) ?? []).join("\n");
  expect(createHash("sha256").update(rows).digest("hex").slice(0, 16)).toBe(digest);
});

test("213 bytes are drawn, 214 are not", () => {
  expect(qr("d".repeat(213))).toHaveLength(57);
  expect(qr("d".repeat(214))).toBeNull();
  expect(qr("忻".repeat(71))).toHaveLength(57);
  expect(qr("忻".repeat(72))).toBeNull();
});

test("without a wanted mask it is one of the eight", () => {
  const text = "https://finder.example/orders/1";
  const all = [0, 1, 2, 3, 4, 5, 6, 7].map((mask) => JSON.stringify(qr(text, mask)));
  expect(all).toContain(JSON.stringify(qr(text)));
});
