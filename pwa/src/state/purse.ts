/** What this device keeps of an account, apart from what everybody may see; gone at once when one signs out. */
import { clear, createStore, del, get, set, update } from "idb-keyval";

let made: ReturnType<typeof createStore> | null = null;
const store = () => {
  made ??= createStore("finder-account", "kept");
  return made;
};

/** Raises where there is no database (private mode): what may not be lost must not be believed to be kept. */
export const put = <T>(key: string, value: T): Promise<void> => set(key, value, store());

export async function take<T>(key: string): Promise<T | null> {
  try {
    return (await get<T>(key, store())) ?? null;
  } catch {
    return null;
  }
}

export const change = <T>(key: string, by: (old: T | undefined) => T): Promise<void> => update<T>(key, by, store());

export const drop = (key: string): Promise<void> => del(key, store()).catch(() => {});

export const empty = (): Promise<void> => clear(store()).catch(() => {});
