/** All that is known of one station, each fact with its age and source. */
import "../styles/station.css";
import "../styles/report.css";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { named, t } from "../i18n";
import { loadReportWords } from "../i18n/reports";
import { fromCounts, look } from "../kernel/counts";
import { metres } from "../kernel/geo";
import { Badge, Shares } from "../parts/Badge";
import { Icon } from "../parts/Icon";
import { lazy } from "../parts/lazy";
import { FailureNotes, PracticeNotice, splitAge } from "../parts/Notices";
import { distanceText, plugTexts, powerText } from "../parts/words";
import { online } from "../state/live";
import { originPoint } from "../state/position";
import { followReports, reports } from "../state/reportBox";
import { closeStation, go, route } from "../state/route";
import { loadStation, missing, station, stationFailure, stationFailures, stationKeptSince } from "../state/station";
import type { Detail } from "../state/stations";
import { Bays } from "./Bays";
import { NavigateSheet } from "./NavigateSheet";
import { reporting, sending } from "./report/asked";
import { Waiting } from "./report/Waiting";
import { StationFacts } from "./StationFacts";
import { shareStation } from "./share";
import { TariffSection } from "./TariffSection";
import { StationVoices } from "./voices/parts";
import { Holidays, WatchPart } from "./watch/asked";

const ReportSheet = lazy(async () => (await sending()).ReportSheet);

/** The station's page, once what goes with it is at work: reports that wait are sent from wherever one is. */
export async function ready(): Promise<typeof StationView> {
  await loadReportWords();
  void followReports(async () => (await sending()).sendWaiting());
  return StationView;
}

void WatchPart.load(); // before a station is opened, so that its page does not move when this is there

/** `page`: the whole screen; `over`: a sheet over the map, half as high. */
export function StationView({ form }: { form: "page" | "over" }) {
  const m = t();
  const root = useRef<HTMLElement>(null);
  const { station: id } = route.value;
  const found = station.value?.id === id ? station.value : null;
  useEffect(() => {
    root.current?.scrollTo(0, 0);
    root.current?.querySelector<HTMLElement>(".station-back")?.focus({ preventScroll: true });
  }, [id]);
  const Tag = form === "page" ? "main" : "section";
  return (
    <Tag
      class={`station ${form === "page" ? "whole" : form}`}
      id={form === "page" ? "main" : undefined}
      aria-label={found ? named(found) : m.stations}
      ref={root as never}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === "Escape") closeStation();
      }}
    >
      <header class="station-bar">
        <button type="button" class="icon-button station-back" aria-label={m.back} onClick={closeStation}>
          <Icon name={form === "page" ? "back" : "close"} />
        </button>
        {found && <ShareButton found={found} />}
      </header>
      {found ? (
        <Filled found={found} />
      ) : missing.value ? (
        <div class="empty">
          <p class="empty-title">{m.stationGone}</p>
          <button type="button" class="button" onClick={() => go({ station: null, view: "list" }, { replace: true })}>
            {m.toList}
          </button>
        </div>
      ) : stationFailure.value ? (
        <div class="empty">
          <p class="empty-title">{stationFailure.value.message}</p>
          <button type="button" class="button" onClick={() => id && void loadStation(id)}>
            {m.retry}
          </button>
        </div>
      ) : (
        <p class="empty" role="status">
          {m.loading}
        </p>
      )}
    </Tag>
  );
}

function Filled({ found }: { found: Detail }) {
  const m = t();
  const choosing = useSignal(false);
  const count = fromCounts(found.availability);
  const seen = look(count);
  const from = originPoint.value;
  const since = stationKeptSince.value;
  useReports(found.id);
  return (
    <>
      <div class="station-top">
        <h1>{named(found)}</h1>
        <p class="quiet">
          {named(found.operator)}
          {m.construction[found.construction] && ` · ${m.construction[found.construction]}`}
        </p>
      </div>
      <PracticeNotice practice={found.practice} />
      {(since !== null || !online.value) && (
        <div class="banner" role="status">
          <Icon name="cloudOff" />
          <span>{splitAge(m.keptStation, since ?? found.newestAt ?? Date.now())}</span>
        </div>
      )}
      <FailureNotes failures={stationFailures.value} />
      {found.state !== "OPEN" && found.state !== "UNKNOWN" && (
        <p class="note">
          <Icon name="warning" />
          <span>{m.state[found.state]}</span>
        </p>
      )}
      <section class="summary">
        <div class="summary-row">
          <Badge tally={count} large />
          <div>
            <p class="summary-word">
              {seen === "unknown" ? m.allUnknown : m.freeOf(count.free, count.total)}
              {seen !== "unknown" && count.unknown > 0 && ` · ${m.unknownN(count.unknown)}`}
            </p>
            <p class="quiet">
              {found.oldestAt !== null
                ? splitAge(m.updated, found.oldestAt)
                : found.newestAt !== null
                  ? splitAge(m.staleSince, found.newestAt)
                  : m.neverSeen}
            </p>
            <p class="quiet">
              {[
                from && distanceText(metres(from, found.location)),
                found.maxPowerKw !== null && powerText(found.maxPowerKw),
                plugTexts(found.evses).join(" "),
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
          </div>
        </div>
        <Shares tally={count} />
        <p class="sr" aria-live="polite">
          {seen === "unknown" ? m.allUnknown : m.freeOf(count.free, count.total)}
        </p>
      </section>
      <Waiting station={found.id} />
      <WatchPart found={found} />
      <Holidays station={found.id} />
      <Bays found={found} />
      <TariffSection found={found} />
      <StationVoices id={found.id} />
      <StationFacts found={found} />
      <div class="station-foot">
        <button
          type="button"
          class="button primary wide-button"
          aria-haspopup="dialog"
          onClick={() => {
            choosing.value = true;
          }}
        >
          <Icon name="navigate" />
          {m.navigate}
        </button>
      </div>
      {reporting.value && (
        <ReportSheet
          found={found}
          {...reporting.value}
          onClose={() => {
            reporting.value = null;
          }}
        />
      )}
      {choosing.value && (
        <NavigateSheet
          found={found}
          onClose={() => {
            choosing.value = false;
          }}
        />
      )}
    </>
  );
}

/** A report that was sent may have changed the station. */
function useReports(id: string): void {
  const waiting = reports.value.filter((r) => r.station === id).length;
  const before = useRef(waiting);
  useEffect(() => {
    if (waiting < before.current && online.peek()) void loadStation(id);
    before.current = waiting;
  }, [id, waiting]);
}

function ShareButton({ found }: { found: Detail }) {
  const m = t();
  const done = useSignal(false);
  return (
    <>
      <span class="said" role="status">
        {done.value ? m.shared : ""}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label={m.share}
        onClick={async () => {
          done.value = (await shareStation(found)) === "copied";
          setTimeout(() => {
            done.value = false;
          }, 3_000);
        }}
      >
        <Icon name="share" />
      </button>
    </>
  );
}
