/** Claims to vehicles: the gateway tells no VIN of a car that is another's, so this device keeps the ends of its own. */
import { batch, effect, signal } from "@preact/signals";
import { ApiError } from "../api/client";
import { ClaimVehicleDocument } from "../api/generated/mine/graphql";
import { tailOf } from "../kernel/claims";
import { loadMe, words } from "./me";
import { change, take } from "./purse";
import { askMine } from "./session";
import { hasAccount } from "./settings";

const KEY = "claims";

/** The VIN that was refused as taken, on its way to the page on which it is claimed; never in an address. */
export const claiming = signal("");

/** By the case's id. */
export const tails = signal<Readonly<Record<string, string>>>({});

// Nothing of another account is shown.
effect(() => {
  if (hasAccount.value) return;
  batch(() => {
    claiming.value = "";
    tails.value = {};
  });
});

export async function loadTails(): Promise<void> {
  tails.value = (await take<Record<string, string>>(KEY)) ?? {};
}

/** Returns what went wrong. */
export async function claim(vin: string): Promise<ApiError | null> {
  try {
    const { claimVehicle } = await askMine(ClaimVehicleDocument, { vin });
    const tail = tailOf(vin);
    tails.value = { ...tails.value, [claimVehicle.id]: tail };
    await change<Record<string, string>>(KEY, (old) => ({ ...old, [claimVehicle.id]: tail })).catch(() => {});
  } catch (error) {
    return error instanceof ApiError ? error : new ApiError("SERVER", words(error), false);
  }
  await loadMe();
  return null;
}
