/** The last answers on this device, for when there is no network. */
import { createStore, get, set, update } from "idb-keyval";

const MAX_STATIONS = 30;

export interface Kept<T> {
  at: number;
  value: T;
}

let made: ReturnType<typeof createStore> | null = null;
const store = () => {
  made ??= createStore("finder", "kept");
  return made;
};

/** Never fails: without a database (private mode) nothing is kept. */
export async function keep<T>(key: string, value: T): Promise<void> {
  try {
    await set(key, { at: Date.now(), value } satisfies Kept<T>, store());
  } catch {
    // nothing is lost that cannot be asked for again
  }
}

export async function kept<T>(key: string): Promise<Kept<T> | null> {
  try {
    return (await get<Kept<T>>(key, store())) ?? null;
  } catch {
    return null;
  }
}

/** The things of one kind opened last, newest first, at most so many. */
export async function keepAmong<T extends { id: string }>(shelf: string, value: T, most: number): Promise<void> {
  try {
    await update<Kept<T>[]>(
      shelf,
      (old = []) => [{ at: Date.now(), value }, ...old.filter((k) => k.value.id !== value.id)].slice(0, most),
      store(),
    );
  } catch {
    // as above
  }
}

export async function keptAmong<T extends { id: string }>(shelf: string): Promise<Kept<T>[]> {
  try {
    return (await get<Kept<T>[]>(shelf, store())) ?? [];
  } catch {
    return [];
  }
}

export async function dropAmong<T extends { id: string }>(shelf: string, id: string): Promise<void> {
  try {
    await update<Kept<T>[]>(shelf, (old = []) => old.filter((k) => k.value.id !== id), store());
  } catch {
    // as above
  }
}

export const keepStation = <T extends { id: string }>(station: T): Promise<void> =>
  keepAmong("stations", station, MAX_STATIONS);

export async function keptStation<T extends { id: string }>(id: string): Promise<Kept<T> | null> {
  return (await keptAmong<T>("stations")).find((k) => k.value.id === id) ?? null;
}
