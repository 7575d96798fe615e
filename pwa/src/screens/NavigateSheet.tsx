/** Chooses the navigation application; the last choice comes first. */
import { named, t } from "../i18n";
import { cityOf, NAVIGATORS, navigationLink } from "../kernel/navigation";
import { Icon } from "../parts/Icon";
import { Sheet } from "../parts/Sheet";
import { navigator_ } from "../state/settings";
import type { Detail } from "../state/stations";
import { CopyButton } from "./StationFacts";

export function NavigateSheet({ found, onClose }: { found: Detail; onClose: () => void }) {
  const m = t();
  const last = navigator_.value;
  const target = {
    name: named(found),
    address: found.address,
    city: cityOf(found.address) ?? found.name,
    gcj02: found.gcj02,
    wgs84: found.location,
  };
  const order = [...NAVIGATORS].sort((a, b) => Number(b === last) - Number(a === last));
  return (
    <Sheet title={m.navigateWith} onClose={onClose}>
      <ul class="found" role="list">
        {order.map((n) => (
          <li key={n}>
            <a
              class="found-row"
              href={navigationLink(n, target)}
              {...(n === "geo" ? {} : { target: "_blank", rel: "noopener noreferrer" })}
              onClick={() => {
                navigator_.value = n;
                onClose();
              }}
            >
              <Icon name="navigate" />
              <span class="found-name">{m.navigators[n]}</span>
              {n === last && <span class="tag">{m.remembered}</span>}
            </a>
          </li>
        ))}
      </ul>
      {found.address && (
        <p class="hint">
          {found.address} <CopyButton text={found.address} />
        </p>
      )}
    </Sheet>
  );
}
