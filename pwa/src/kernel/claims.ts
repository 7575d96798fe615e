/** What became of claims to vehicles that another account has bound. Pure. */
import type { MeQuery } from "../api/generated/mine/graphql";

export type PlugCase = NonNullable<MeQuery["me"]>["plugCases"][number];
export type ClaimState = "waits" | "yours" | "theirs";

/** One's claims, the newest first; other cases are told by notices. */
export const claimsOf = (cases: readonly PlugCase[]): PlugCase[] =>
  cases.filter((c) => c.kind === "CLAIM").toReversed();

export const claimState = ({ decision }: Pick<PlugCase, "decision">): ClaimState =>
  decision === null ? "waits" : decision === "CLAIMANT" ? "yours" : "theirs";

/** The end of a VIN, by which its owner knows it again. */
export const tailOf = (vin: string): string => vin.slice(-6);

/** By its tail, where this device knows it. */
export const alreadyAdded = (tail: string | undefined, vehicles: readonly { vin: string | null }[]): boolean =>
  tail !== undefined && vehicles.some((v) => v.vin?.endsWith(tail));
