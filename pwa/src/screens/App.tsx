/** Which screen is on: the list, a station over it, or the map. Wide screens show the map beside the list. */
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Icon } from "../parts/Icon";
import { lazy, whenIdle } from "../parts/lazy";
import { payChannels } from "../state/about";
import { go, hrefOf, openPage, route } from "../state/route";
import { Header } from "./Header";
import { List } from "./List";
import { MapScreen } from "./MapScreen";
import { panel } from "./panels";

const media = matchMedia("(min-width: 60rem)");
export const wide = signal(media.matches);
media.addEventListener("change", () => {
  wide.value = media.matches;
});

const PageView = lazy(async () => (await import("./pages")).PageView);
const Sheets = lazy(async () => (await import("./Sheets")).Sheets);
const StationView = lazy(async () => (await import("./StationView")).ready());

/** So that the first tap waits for nothing. */
export function fetchRest(): void {
  whenIdle(() => void Sheets.load().then(StationView.load));
}

export function App() {
  const m = t();
  const { page, view, station } = route.value;
  const split = wide.value;
  const over = page !== null;
  const mapShown = split || (view === "map" && !over);
  const listShown = split || view === "list" || over;
  useListScroll(over || station !== null || view === "map");
  return (
    <div class={`app ${split ? "split" : over ? "on-page" : `on-${view}`}`}>
      <a class="skip" href="#main">
        {m.skip}
      </a>
      {listShown && (
        <div class="pane">
          {/* Hidden and not gone under a station, so that its place in the scroll is there on the way back. */}
          <div class="under" hidden={over || (station !== null && (split || view === "list"))}>
            <Header />
            <List />
          </div>
          {over ? <PageView /> : station !== null && <StationView form="page" />}
        </div>
      )}
      <MapScreen shown={mapShown} split={split} />
      {!split && !over && view === "map" && station !== null && <StationView form="over" />}
      {!split && !over && (view === "map" || station === null) && <Switch />}
      {panel.value !== null && <Sheets />}
    </div>
  );
}

/** A station opens at its top; on the way back the list is where it was left. */
function useListScroll(away: boolean): void {
  const left = useRef(0);
  useLayoutEffect(() => {
    if (away) return;
    scrollTo(0, left.current);
    // Noted while scrolling: once the list is hidden, the shorter page has moved already.
    const note = () => {
      left.current = scrollY;
    };
    addEventListener("scroll", note, { passive: true });
    return () => {
      removeEventListener("scroll", note);
      scrollTo(0, 0);
    };
  }, [away]);
}

function Switch() {
  const m = t();
  const { view, station } = route.value;
  if (view === "map" && station !== null) return null;
  const other = view === "map" ? "list" : "map";
  return (
    <nav class="switch" aria-label={m.map}>
      <a
        href={hrefOf({ view: other, station: null })}
        onClick={(event) => {
          event.preventDefault();
          go({ view: other, station: null });
        }}
      >
        <Icon name={other} />
        {m[other]}
      </a>
      {payChannels.value.length > 0 && (
        <a
          class="quiet-pill"
          href={hrefOf({ page: { name: "scan" } })}
          onClick={(event) => {
            event.preventDefault();
            openPage({ name: "scan" });
          }}
        >
          <Icon name="scan" />
          {m.scan}
        </a>
      )}
    </nav>
  );
}
