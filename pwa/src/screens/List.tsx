/** Home: how many bays are free here, and the nearest stations. */
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Shares } from "../parts/Badge";
import { Icon } from "../parts/Icon";
import { FailureNotes, OfflineBanner, PracticeNotice, splitAge } from "../parts/Notices";
import { about } from "../state/about";
import { connected } from "../state/connected";
import { online } from "../state/live";
import { failure, keptSince, loading, more, nearby, refresh, total } from "../state/nearby";
import { locating } from "../state/position";
import { clearFilters, filters, go, hrefOf, openPage, route } from "../state/route";
import { hasAccount, running } from "../state/settings";
import { countFilters } from "../state/url";
import { Chips } from "./Chips";
import { panel } from "./panels";
import { RunningBar } from "./running";
import { StationCard } from "./StationCard";
import { Holidays } from "./watch/asked";

export function List() {
  const list = nearby.value;
  const m = t();
  return (
    <main
      class="list"
      id={route.value.station === null && route.value.page === null ? "main" : undefined}
      aria-busy={loading.value}
    >
      <h1 class="sr">{about.value ? (about.value.name ?? m.appName) : m.appName}</h1>
      <PracticeNotice practice={about.value?.practice ?? list?.cards.some((c) => c.practice) ?? false} />
      <OfflineBanner />
      {hasAccount.value && (
        // Its room is kept from the first moment, so that nothing jumps when its code is there.
        <div class={`running-slot${running.value ? " reserved" : ""}`}>
          <RunningBar />
        </div>
      )}
      <Hero />
      <Chips />
      {list && <FailureNotes failures={list.failures} />}
      {list && !list.fresh.boardConnected && (
        <p class="note">
          <Icon name="warning" />
          <span>{m.boardOff}</span>
        </p>
      )}
      {list === null ? <Waiting /> : list.cards.length === 0 ? <Nothing /> : <Cards />}
    </main>
  );
}

function Hero() {
  const m = t();
  const list = nearby.value;
  const sum = total.value;
  return (
    <section class="hero" aria-label={m.freeNowTitle}>
      <a
        class="text-button ways"
        href={hrefOf({ page: { name: "roads" } })}
        onClick={(event) => {
          event.preventDefault();
          openPage({ name: "roads" });
        }}
      >
        <Icon name="road" />
        {m.ways}
      </a>
      <button
        type="button"
        class="place"
        aria-haspopup="dialog"
        onClick={() => {
          panel.value = "locate";
        }}
      >
        <Icon name="pin" />
        <span>{locating.value ? m.locating : placeText()}</span>
        <Icon name="chevron" />
      </button>
      <p class="big" data-testid="free-now">
        <span class="number">{list ? sum.free : "–"}</span>
        <span class="big-word">{m.freeNowTitle}</span>
      </p>
      <Shares tally={sum} />
      <p class="hero-line">
        <span>
          {list &&
            (list.radiusKm === null
              ? m.foundN(list.cards.length)
              : list.hasMore
                ? m.nearestN(list.cards.length)
                : m.within(list.radiusKm, list.cards.length))}
        </span>
        {list && sum.unknown > 0 && <span>{m.unknownN(sum.unknown)}</span>}
        {list && (
          <span class={`pulse${connected.value && online.value && keptSince.value === null ? " on" : ""}`}>
            {connected.value && online.value && keptSince.value === null
              ? m.liveOn
              : splitAge(m.updated, list.receivedAt)}
          </span>
        )}
      </p>
      <Announced text={list ? m.countChanged(sum.free) : ""} />
    </section>
  );
}

/** Says the new number to a screen reader, no oftener than every ten seconds. */
function Announced({ text }: { text: string }) {
  const shown = useRef<HTMLParagraphElement>(null);
  const at = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, at.current + 10_000 - Date.now());
    const timer = setTimeout(() => {
      at.current = Date.now();
      if (shown.current) shown.current.textContent = text;
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return <p class="sr" aria-live="polite" ref={shown} />;
}

function placeText(): string {
  const m = t();
  const { origin, text } = route.value;
  if (text) return m.results(text);
  if (origin.kind === "me") return m.around(m.myPosition);
  if (origin.kind === "place")
    return m.around(origin.name || `${origin.at.lat.toFixed(3)}, ${origin.at.lon.toFixed(3)}`);
  return m.around(m.cityCentre);
}

function Cards() {
  const list = nearby.value;
  const { station } = route.value;
  const m = t();
  if (!list) return null;
  return (
    <>
      <h2 class="sr">{m.stations}</h2>
      <ul class={`cards${loading.value ? " busy" : ""}`} role="list">
        {list.cards.map((card) => (
          <StationCard key={card.id} card={card} current={card.id === station} />
        ))}
      </ul>
      {list.hasMore && (
        <button type="button" class="button wide-button" disabled={loading.value} onClick={() => void more()}>
          {loading.value ? m.loading : m.more}
        </button>
      )}
      {list.cards[0] && <Holidays station={list.cards[0].id} />}
    </>
  );
}

function Waiting() {
  const m = t();
  if (failure.value && !loading.value)
    return (
      <div class="empty">
        <p>{failure.value.message}</p>
        <button type="button" class="button" onClick={() => void refresh()}>
          {m.retry}
        </button>
      </div>
    );
  return (
    <ul class="cards" role="list" aria-label={m.loading}>
      {[0, 1, 2, 3].map((i) => (
        <li key={i} class="card ghost">
          <span class="badge" />
          <div class="card-text">
            <p class="bar" />
            <p class="bar short" />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Nothing() {
  const m = t();
  const set = countFilters(filters.value);
  const { text } = route.value;
  const radius = nearby.value?.radiusKm ?? null;
  return (
    <div class="empty">
      <p class="empty-title">{text ? m.searchNone(text) : radius ? m.noneFar(radius) : m.none}</p>
      <p>{m.noneHint}</p>
      <div class="row">
        {set > 0 && (
          <button type="button" class="button" onClick={clearFilters}>
            {m.clearFilters}
          </button>
        )}
        {text && (
          <button type="button" class="button" onClick={() => go({ text: "" })}>
            {m.clear}
          </button>
        )}
      </div>
    </div>
  );
}
