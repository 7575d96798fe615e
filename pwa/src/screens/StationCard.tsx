/** One station in the list. */
import { named, t } from "../i18n";
import { look, tally } from "../kernel/counts";
import { yuanShort } from "../kernel/price";
import { Badge } from "../parts/Badge";
import { splitAge } from "../parts/Notices";
import { distanceText, plugTexts, powerText } from "../parts/words";
import { glowing } from "../state/live";
import { filters, go, hrefOf } from "../state/route";
import type { Card } from "../state/stations";

export function StationCard({ card, current }: { card: Card; current: boolean }) {
  const m = t();
  const count = tally(card.evses, filters.value);
  const seen = look(count);
  const shut = card.state === "CLOSED" || card.state === "PLANNED" || card.state === "MAINTENANCE";
  const facts = [
    card.distanceM === null ? null : <strong>{distanceText(card.distanceM)}</strong>,
    card.maxPowerKw === null ? null : powerText(card.maxPowerKw),
    plugTexts(card.evses, { short: true }).slice(0, 3).join(" "),
  ].filter(Boolean);
  return (
    <li class={`card ${seen}${glowing.value.has(card.id) ? " glow" : ""}`}>
      <Badge tally={count} />
      <div class="card-text">
        <h3>
          <a
            href={hrefOf({ station: card.id, view: "list" })}
            aria-current={current ? "true" : undefined}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              go({ station: card.id });
            }}
          >
            {named(card)}
          </a>
        </h3>
        <p class="card-facts">
          {facts.map((fact, i) => (
            <span key={i}>{fact}</span>
          ))}
        </p>
        <p class="card-facts">
          {card.priceNow ? (
            <span>
              <strong>{yuanShort(card.priceNow.totalE4)}</strong> {m.perKwh}
            </span>
          ) : (
            <span class="quiet">{m.priceUnknown}</span>
          )}
          <span class={card.parkingFee === "UNKNOWN" ? "quiet" : ""}>{m.parking[card.parkingFee]}</span>
          {card.openNow === false && <span class="alert">{m.closed}</span>}
          {shut && <span class="alert">{m.state[card.state]}</span>}
        </p>
        <p class="card-age">
          {card.oldestAt !== null
            ? splitAge(m.updated, card.oldestAt)
            : card.newestAt !== null
              ? splitAge(m.staleSince, card.newestAt)
              : m.neverSeen}
          {seen !== "unknown" && count.unknown > 0 && <span> · {m.unknownN(count.unknown)}</span>}
        </p>
      </div>
    </li>
  );
}
