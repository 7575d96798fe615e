/** What the car park gives because one charged, until when, and what to do at its exit. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { w } from "../../i18n/mine";
import { atExit, mayChange, minutesLeft } from "../../kernel/parking";
import { timeText } from "../../parts/when";
import { loadOrder, type Order } from "../../state/orders";
import { there } from "../../state/server";

const LOOK_MS = 6_000;

export function Parking({ found }: { found: Order }) {
  const m = w().parkingRight;
  const now = useSignal(there());
  const told = found.parkingEntitlement ?? null;
  const mayMove = mayChange(told, found.endedAt, now.value);
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = there();
      if (mayMove && document.visibilityState === "visible" && navigator.onLine) void loadOrder(found.number);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [found.number, mayMove]);
  if (!told) return null;
  const exit = atExit(told, now.value);
  const until = timeText(told.until);
  return (
    <section class="block">
      <h2>{m.title}</h2>
      <p class={exit === "over" || exit === "pay" ? "quiet" : "parking-gives"}>
        <strong>{m.gives(told.minutesFree, told.discountPercent)}</strong>
      </p>
      <p role="status">{m.exit[exit]}</p>
      {exit !== "pay" && (
        <p class="quiet">{exit === "over" ? m.was(until) : m.until(until, minutesLeft(told.until, now.value))}</p>
      )}
      <p class="quiet link-text">
        {m.park(told.carPark)}
        {told.reference && ` · ${m.reference(told.reference)}`}
      </p>
      {exit === "show" && <p class="quiet link-text">{m.showNumber(found.number)}</p>}
    </section>
  );
}
