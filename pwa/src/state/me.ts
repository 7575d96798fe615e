/** Oneself, as the gateway knows one; the last answer stands in where there is no network. */
import { batch, signal } from "@preact/signals";
import { ApiError, type Document } from "../api/client";
import { MeDocument, type MeQuery } from "../api/generated/mine/graphql";
import { t } from "../i18n";
import { put, take } from "./purse";
import { askMine } from "./session";
import { hasAccount } from "./settings";

export type Me = NonNullable<MeQuery["me"]>;

export const me = signal<Me | null>(null);
/** When it was received, if it came from this device and not from the gateway. */
export const meKeptSince = signal<number | null>(null);
export const meTrouble = signal<string | null>(null);

export const words = (error: unknown): string => (error instanceof ApiError ? error.message : t().errors.SERVER);

export async function loadMe(): Promise<void> {
  if (!hasAccount.value) return;
  try {
    const { me: found } = await askMine(MeDocument, {});
    batch(() => {
      me.value = found;
      meKeptSince.value = null;
      meTrouble.value = null;
    });
    await put("me", { at: Date.now(), value: found }).catch(() => {});
  } catch (error) {
    const kept = me.value ? null : await take<{ at: number; value: Me }>("me");
    batch(() => {
      if (kept && hasAccount.value) {
        me.value = kept.value;
        meKeptSince.value = kept.at;
      }
      meTrouble.value = words(error);
    });
  }
}

export function forgetMe(): void {
  me.value = null;
  meKeptSince.value = null;
  meTrouble.value = null;
}

/** Does something and shows what it changed. Returns what went wrong. */
export async function tryMe<R, V>(document: Document<R, V>, variables: V): Promise<ApiError | null> {
  try {
    await askMine(document, variables);
  } catch (error) {
    return error instanceof ApiError ? error : new ApiError("SERVER", words(error), false);
  }
  await loadMe();
  return null;
}

/** As tryMe; what went wrong in words. */
export async function changeMe<R, V>(document: Document<R, V>, variables: V): Promise<string | null> {
  return (await tryMe(document, variables))?.message ?? null;
}
