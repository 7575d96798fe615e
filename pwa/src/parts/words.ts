/** Short phrases put together from facts. */

import type { ConnectorType } from "../api/generated/graphql";
import { t } from "../i18n";
import { distanceParts } from "../kernel/geo";

export function distanceText(m: number): string {
  const [number, unit] = distanceParts(m);
  return `${number} ${t()[unit]}`;
}

/** 120 -> "120 kW", 7.04 -> "7 kW", 3.7 -> "3.7 kW". */
export function powerText(kw: number): string {
  return `${kw >= 10 ? Math.round(kw) : Number(kw.toFixed(1))} kW`;
}

/** The kinds of plug at a place, each once; unknown only where no other is known. */
export function plugTexts(
  evses: readonly { connectors: readonly { type: ConnectorType }[] }[],
  { short = false } = {},
): string[] {
  const types = new Set(evses.flatMap((e) => e.connectors.map((c) => c.type)));
  const known = [...types].filter((type) => type !== "UNKNOWN");
  const m = t();
  return (known.length ? known : [...types]).map(
    (type) => (short ? m.connectorsShort[type] : null) ?? m.connectors[type],
  );
}
