/** The way to the page of claims, with how many wait. */
import { w } from "../../i18n/mine";
import { claimState, claimsOf, type PlugCase } from "../../kernel/claims";
import { hrefOf, openPage } from "../../state/route";

export function ClaimLink({ cases }: { cases: readonly PlugCase[] }) {
  const m = w().claim;
  const waiting = claimsOf(cases).filter((c) => claimState(c) === "waits").length;
  return (
    <a
      class="text-button"
      href={hrefOf({ page: { name: "claim" } })}
      onClick={(event) => {
        event.preventDefault();
        openPage({ name: "claim" });
      }}
    >
      {waiting ? m.waiting(waiting) : m.link}
    </a>
  );
}
