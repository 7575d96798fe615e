/** Prices come as 1/10,000 yuan for a kWh. */

/** Yuan with at least two decimals and no more than the source gave: 12345 -> "1.2345", 12000 -> "1.20". */
export function yuan(e4: number): string {
  return (e4 / 10_000).toFixed(4).replace(/0{1,2}$/, "");
}

/** Yuan rounded to the fen, for a line that is read at a glance. */
export function yuanShort(e4: number): string {
  return (Math.round(e4 / 100) / 100).toFixed(2);
}
