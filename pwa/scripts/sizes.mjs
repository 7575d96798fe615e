// Fails where the built application is heavier than a phone on a village network should have to load.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const KB = 1000;
const dist = new URL("../dist/", import.meta.url);
const gz = (path) => gzipSync(readFileSync(new URL(path, dist)), { level: 9 }).length / KB;
const files = readdirSync(new URL("assets/", dist)).map((f) => `assets/${f}`);

const page = readFileSync(new URL("index.html", dist), "utf8");
const shell = ["index.html", ...[...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((m) => m[1])];
const map = files.filter((f) => /assets\/map.*\.(js|css)$/i.test(f));
const chart = files.filter((f) => /assets\/powerchart.*\.(js|css)$/i.test(f));
const apart = [...shell, ...map, ...chart];
const rest = files.filter((f) => /\.(js|css)$/.test(f) && !apart.includes(f));

const budgets = [
  ["shell, all that the first screen loads", shell, 35],
  ["map, with its worker", map, 460],
  ["chart of a session", chart, 25],
  ...rest.map((f) => [f, [f], 20]),
];

const listed = [...readFileSync(new URL("sw.js", dist), "utf8").matchAll(/"\/(assets\/[^"]+)"/g)].map((m) => m[1]);
const missing = listed.filter((f) => !files.includes(f));
if (missing.length || listed.length === 0) {
  console.error(`the service worker keeps files that are not there: ${missing.join(", ") || "none at all"}`);
  process.exit(1);
}

let heavy = 0;
for (const [name, parts, limit] of budgets) {
  const size = parts.reduce((sum, f) => sum + gz(f), 0);
  if (parts.length === 0 || size > limit) heavy += 1;
  console.log(`${size <= limit ? "ok   " : "HEAVY"} ${size.toFixed(1).padStart(6)} of ${limit} kB  ${name}`);
}
if (heavy) {
  console.error(`${heavy} over their budget`);
  process.exit(1);
}
