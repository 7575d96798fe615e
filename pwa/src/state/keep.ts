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

/** The stations opened last, newest first. */
export async function keepStation<T extends { id: string }>(station: T): Promise<void> {
  try {
    await update<Kept<T>[]>(
      "stations",
      (old = []) =>
        [{ at: Date.now(), value: station }, ...old.filter((k) => k.value.id !== station.id)].slice(0, MAX_STATIONS),
      store(),
    );
  } catch {
    // as above
  }
}

export async function keptStation<T extends { id: string }>(id: string): Promise<Kept<T> | null> {
  try {
    const all = await get<Kept<T>[]>("stations", store());
    return all?.find((k) => k.value.id === id) ?? null;
  } catch {
    return null;
  }
}
