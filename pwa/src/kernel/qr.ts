/** A QR code of a short text: byte mode, error correction M, versions 1 to 10. Source: ISO/IEC 18004. Pure. */

/** Codewords in all, error correction codewords of a block, blocks, places of alignment patterns; by version. */
const VERSIONS: readonly (readonly [number, number, number, readonly number[]])[] = [
  [26, 10, 1, []],
  [44, 16, 1, [6, 18]],
  [70, 26, 1, [6, 22]],
  [100, 18, 2, [6, 26]],
  [134, 24, 2, [6, 30]],
  [172, 16, 4, [6, 34]],
  [196, 18, 4, [6, 22, 38]],
  [242, 22, 4, [6, 24, 42]],
  [292, 22, 5, [6, 26, 46]],
  [346, 26, 5, [6, 28, 50]],
];
const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (r, c) => (r + c) % 2 === 0,
  (r) => r % 2 === 0,
  (_, c) => c % 3 === 0,
  (r, c) => (r + c) % 3 === 0,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2 === 0,
  (r, c) => ((r * c) % 2) + ((r * c) % 3) === 0,
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2 === 0,
  (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2 === 0,
];
const FORMAT_MASK = 0x5412;

const LOG = new Uint8Array(256);
const EXP = new Uint8Array(512);
for (let i = 0, x = 1; i < 255; i += 1) {
  EXP[i] = EXP[i + 255] = x;
  LOG[x] = i;
  x = x & 0x80 ? (x << 1) ^ 0x11d : x << 1;
}
const times = (a: number, b: number): number => (a && b ? (EXP[(LOG[a] ?? 0) + (LOG[b] ?? 0)] ?? 0) : 0);

/** Dark modules by row, without the quiet zone of four; null where the text is longer than 213 bytes. */
export function qr(text: string, wanted: number | null = null): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const version = VERSIONS.findIndex((_, i) => bytes.length <= room(i + 1)) + 1;
  if (version === 0) return null;
  const sheet = drawn(version);
  const put = placed(sheet, codewords(bytes, version));
  const masks = wanted === null ? MASKS.keys() : [wanted];
  let best: { dark: boolean[][]; penalty: number } | null = null;
  for (const mask of masks) {
    const dark = masked(sheet, put, mask);
    const penalty = penaltyOf(dark);
    if (best === null || penalty < best.penalty) best = { dark, penalty };
  }
  return best?.dark ?? null;
}

const shape = (version: number) => {
  const [total, correction, blocks, places] = VERSIONS[version - 1] ?? [0, 0, 1, []];
  return { total, correction, blocks, places, data: total - correction * blocks, count: version < 10 ? 8 : 16 };
};

const room = (version: number): number => {
  const { data, count } = shape(version);
  return Math.floor((data * 8 - 4 - count) / 8);
};

/** Data and its correction, interleaved over the blocks. */
function codewords(bytes: Uint8Array, version: number): number[] {
  const { correction, blocks, data, count } = shape(version);
  const bits: number[] = [];
  const put = (value: number, length: number) => {
    for (let i = length - 1; i >= 0; i -= 1) bits.push((value >> i) & 1);
  };
  put(4, 4); // byte mode
  put(bytes.length, count);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, data * 8 - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0; bits.length < data * 8; pad += 1) put(pad % 2 ? 0x11 : 0xec, 8);
  const words: number[] = [];
  for (let i = 0; i < bits.length; i += 8) words.push(Number.parseInt(bits.slice(i, i + 8).join(""), 2));
  const short = Math.floor(data / blocks);
  const longs = data % blocks; // the last blocks hold one more
  const parts: number[][] = [];
  for (let b = 0, at = 0; b < blocks; b += 1) {
    const length = short + (b >= blocks - longs ? 1 : 0);
    parts.push(words.slice(at, at + length));
    at += length;
  }
  const corrections = parts.map((part) => remainder(part, correction));
  const out: number[] = [];
  for (const some of [parts, corrections])
    for (let i = 0; i <= short || i < correction; i += 1)
      for (const part of some) if (i < part.length) out.push(part[i] ?? 0);
  return out;
}

/** Reed-Solomon over GF(256), its generator's roots the powers of 2 from 0. */
function remainder(data: readonly number[], degree: number): number[] {
  let generator = [1];
  for (let i = 0; i < degree; i += 1) {
    const next = [...generator, 0];
    for (const [j, g] of generator.entries()) next[j + 1] = (next[j + 1] ?? 0) ^ times(g, EXP[i] ?? 0);
    generator = next;
  }
  const rest = [...data, ...new Array<number>(degree).fill(0)];
  for (let i = 0; i < data.length; i += 1) {
    const lead = rest[i] ?? 0;
    for (const [j, g] of generator.entries()) rest[i + j] = (rest[i + j] ?? 0) ^ times(g, lead);
  }
  return rest.slice(data.length);
}

/** What stands wherever no data goes: null is free for data. */
type Sheet = (boolean | null)[][];

function drawn(version: number): Sheet {
  const size = 17 + 4 * version;
  const sheet: Sheet = Array.from({ length: size }, () => new Array<boolean | null>(size).fill(null));
  const set = (r: number, c: number, dark: boolean) => {
    const row = sheet[r];
    if (row && c >= 0 && c < size) row[c] = dark;
  };
  const { places } = shape(version);
  for (let i = 8; i < size - 8; i += 1) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const r of places)
    for (const c of places) {
      if ((r === 6 && (c === 6 || c === size - 7)) || (c === 6 && r === size - 7)) continue;
      for (let y = -2; y <= 2; y += 1)
        for (let x = -2; x <= 2; x += 1) set(r + y, c + x, Math.max(Math.abs(x), Math.abs(y)) !== 1);
    }
  for (const [r, c] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ] as const)
    for (let y = -4; y <= 4; y += 1)
      for (let x = -4; x <= 4; x += 1) {
        const ring = Math.max(Math.abs(x), Math.abs(y));
        set(r + y, c + x, ring !== 2 && ring !== 4);
      }
  for (const [r, c] of formatPlaces(size)) set(r, c, false);
  set(size - 8, 8, true);
  if (version >= 7) {
    const bits = (version << 12) | rest(version << 12, 0x1f25);
    for (let i = 0; i < 18; i += 1) {
      const dark = ((bits >> i) & 1) === 1;
      set(Math.floor(i / 3), size - 11 + (i % 3), dark);
      set(size - 11 + (i % 3), Math.floor(i / 3), dark);
    }
  }
  return sheet;
}

/** The remainder of a polynomial over GF(2). */
function rest(value: number, by: number): number {
  let left = value;
  const degree = 31 - Math.clz32(by);
  while (left !== 0 && 31 - Math.clz32(left) >= degree) left ^= by << (31 - Math.clz32(left) - degree);
  return left;
}

/** Where the format's fifteen bits stand, the lowest first; then the same again. */
function formatPlaces(size: number): (readonly [number, number])[] {
  const first: [number, number][] = [0, 1, 2, 3, 4, 5, 7, 8].map((r) => [r, 8]);
  for (const c of [7, 5, 4, 3, 2, 1, 0]) first.push([8, c]);
  const second: [number, number][] = [];
  for (let i = 0; i < 8; i += 1) second.push([8, size - 1 - i]);
  for (let i = 0; i < 7; i += 1) second.push([size - 7 + i, 8]);
  return [...first, ...second];
}

/** In pairs of columns from the right, up and down in turn; the column of the timing pattern is none. */
function* freePlaces(sheet: Sheet): Generator<readonly [number, number]> {
  const size = sheet.length;
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right -= 1;
    for (let i = 0; i < size; i += 1) for (const c of [right, right - 1]) yield [up ? size - 1 - i : i, c];
  }
}

type Placed = [row: number, column: number, dark: boolean][];

function placed(sheet: Sheet, words: readonly number[]): Placed {
  const put: Placed = [];
  let bit = 0;
  for (const [r, c] of freePlaces(sheet)) {
    if (sheet[r]?.[c] !== null) continue;
    put.push([r, c, (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1]);
    bit += 1;
  }
  return put;
}

function masked(sheet: Sheet, put: Placed, mask: number): boolean[][] {
  const dark = sheet.map((row) => row.map((module) => module === true));
  const flips = MASKS[mask] ?? (() => false);
  for (const [r, c, on] of put) (dark[r] as boolean[])[c] = on !== flips(r, c);
  const format = ((mask << 10) | rest(mask << 10, 0x537)) ^ FORMAT_MASK; // level M is 00
  for (const [i, [r, c]] of formatPlaces(sheet.length).entries()) {
    (dark[r] as boolean[])[c] = ((format >> (i % 15)) & 1) === 1;
  }
  return dark;
}

/** How ill a reader would take it: runs, squares, likenesses of the finder pattern, imbalance. */
function penaltyOf(dark: readonly (readonly boolean[])[]): number {
  const size = dark.length;
  const lines = [...dark, ...dark.map((_, c) => dark.map((row) => row[c] ?? false))];
  let sum = 0;
  for (const line of lines) {
    const text = line.map((on) => (on ? "1" : "0")).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    for (let i = 0; i + 11 <= size; i += 1)
      if (["10111010000", "00001011101"].includes(text.slice(i, i + 11))) sum += 40;
  }
  let darks = 0;
  for (let r = 0; r < size; r += 1)
    for (let c = 0; c < size; c += 1) {
      const on = dark[r]?.[c];
      if (on) darks += 1;
      if (on === dark[r]?.[c + 1] && on === dark[r + 1]?.[c] && on === dark[r + 1]?.[c + 1]) sum += 3;
    }
  return sum + 10 * Math.floor(Math.abs((darks * 100) / size ** 2 - 50) / 5);
}
