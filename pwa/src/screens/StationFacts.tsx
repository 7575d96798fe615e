/** Parking, hours, access, facilities, and where all this comes from. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { byDays } from "../kernel/hours";
import { Icon } from "../parts/Icon";
import { splitAge } from "../parts/Notices";
import type { Detail } from "../state/stations";
import { copy } from "./share";

export function StationFacts({ found }: { found: Detail }) {
  const m = t();
  const tags = [...found.amenities.map((a) => m.amenities[a]), ...found.attributes.map((a) => m.attributes[a])];
  const phone = found.phone ?? found.operator.phone;
  return (
    <>
      <section class="block">
        <dl class="facts">
          <Fact name={m.parkingTitle}>
            <span class={found.parkingFee === "UNKNOWN" ? "quiet" : ""}>{m.parking[found.parkingFee]}</span>
            {found.parkingText && <small>{found.parkingText}</small>}
          </Fact>
          <Fact name={m.hoursTitle}>
            <Hours found={found} />
          </Fact>
          <Fact name={m.accessTitle}>
            <span class={found.access === "UNKNOWN" ? "quiet" : ""}>{m.access[found.access]}</span>
            {found.accessNote && <small>{found.accessNote}</small>}
          </Fact>
          {found.address && (
            <Fact name={m.address}>
              <span class="line">{found.address}</span>
              <CopyButton text={found.address} />
            </Fact>
          )}
          {found.guide && <Fact name={m.guide}>{found.guide}</Fact>}
          {tags.length > 0 && (
            <Fact name={m.facilities}>
              <span class="wrap">
                {tags.map((tag) => (
                  <span key={tag} class="tag">
                    {tag}
                  </span>
                ))}
              </span>
            </Fact>
          )}
          {phone && (
            <Fact name={m.phone}>
              <a class="link" href={`tel:${phone.replace(/[^\d+]/g, "")}`}>
                <Icon name="phone" />
                {phone}
              </a>
            </Fact>
          )}
        </dl>
      </section>
      <section class="block sources">
        <h2>{m.sources}</h2>
        <ul role="list">
          {found.provenance.map((p, i) => (
            <li key={`${p.source}/${p.nativeId}`}>
              <strong>{p.name}</strong>
              <span class="quiet">
                {splitAge(m.sourceAge, found.sourceAt[i] ?? Date.now())} · {p.nativeId}
                {p.licence && ` · ${m.licence} ${p.licence}`}
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Hours({ found }: { found: Detail }) {
  const m = t();
  const { hours } = found;
  if (!hours) return <span class="quiet">{m.hoursUnknown}</span>;
  return (
    <>
      {found.openNow !== null && !hours.alwaysOpen && (
        <strong class={found.openNow ? "" : "alert"}>{found.openNow ? m.open : m.closed} </strong>
      )}
      {hours.alwaysOpen
        ? m.allDay
        : (hours.text ??
          byDays(hours.spans).map((d) => (
            <span key={d.from} class="line">
              {d.from === 0 && d.to === 6
                ? m.everyDay
                : d.from === d.to
                  ? m.weekdays[d.from]
                  : `${m.weekdays[d.from]}–${m.weekdays[d.to]}`}{" "}
              {d.hours.join(" ")}
            </span>
          )))}
    </>
  );
}

export function CopyButton({ text }: { text: string }) {
  const m = t();
  const done = useSignal(false);
  return (
    <button
      type="button"
      class="text-button"
      onClick={async () => {
        done.value = await copy(text);
        setTimeout(() => {
          done.value = false;
        }, 3_000);
      }}
    >
      <Icon name={done.value ? "check" : "copy"} />
      <span role="status">{done.value ? m.copied : m.copyAddress}</span>
    </button>
  );
}
