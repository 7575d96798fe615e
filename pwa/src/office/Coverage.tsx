/** The plan against what is there, `/#/coverage`: for everybody, and made to be printed. */
import "./office.css";
import "./coverage.css";
import { useSignal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { ask } from "../api/client";
import { CoverageDocument, type CoverageQuery } from "../api/generated/coverage/graphql";
import { CountyBars } from "./CountyBars";
import { CoverageMap } from "./CoverageMap";
import { PlaceLists } from "./PlaceList";
import { RoadCharts } from "./RoadCharts";
import { Targets } from "./Targets";
import { Both } from "./words";

export type Report = CoverageQuery["coverage"];

export function openCoverage(root: HTMLElement): void {
  document.documentElement.lang = "zh-CN";
  document.title = "规划目标与现状 · Coverage";
  addEventListener("hashchange", () => {
    if (!location.hash.startsWith("#/coverage")) location.reload();
  });
  render(<Coverage />, root);
}

/** `#/coverage?year=2025`; null is the plan's current year. */
function yearAsked(): number | null {
  const year = Number(location.hash.split("?year=")[1]);
  return Number.isInteger(year) && year > 0 ? year : null;
}

function Coverage() {
  const year = useSignal(yearAsked());
  const report = useSignal<Report | null>(null);
  const trouble = useSignal<string | null>(null);
  const asked = year.value;
  const load = async (stop: AbortSignal) => {
    try {
      report.value = (await ask(CoverageDocument, { year: asked }, stop)).coverage;
      trouble.value = null;
    } catch (error) {
      if (!stop.aborted) trouble.value = error instanceof Error ? error.message : String(error);
    }
  };
  const again = useSignal(0);
  useEffect(() => {
    const stop = new AbortController();
    void load(stop.signal);
    return () => stop.abort();
  }, [asked, again.value]);
  const told = report.value;
  return (
    <div class="office coverage">
      {/* No link: the address after # says which page this is. */}
      <button type="button" class="skip" onClick={() => document.getElementById("coverage-main")?.focus()}>
        跳到内容 Skip to the content
      </button>
      <header>
        <h1>
          <Both zh="规划目标与现状" en="The plan and what is there" />
        </h1>
        <a class="button no-print" href="/">
          <Both zh="找充电站" en="Find a charger" />
        </a>
      </header>
      <main id="coverage-main" tabIndex={-1} aria-busy={told === null && trouble.value === null}>
        {trouble.value !== null && (
          <p role="alert" class="wrong">
            {trouble.value}{" "}
            <button type="button" class="button" onClick={() => again.value++}>
              <Both zh="重试" en="Try again" />
            </button>
          </p>
        )}
        {told && (
          <>
            <Head
              told={told}
              onYear={(chosen) => {
                history.replaceState(null, "", `#/coverage?year=${chosen}`);
                year.value = chosen;
              }}
            />
            <CoverageMap told={told} />
            <Targets lines={told.lines} />
            <CountyBars counties={told.counties} elsewhere={told.elsewhere} year={told.year} />
            <RoadCharts roads={told.roads} />
            <PlaceLists places={told.places} />
          </>
        )}
        {!told && trouble.value === null && (
          <p role="status">
            <Both zh="正在加载…" en="Loading…" />
          </p>
        )}
      </main>
    </div>
  );
}

function Head({ told, onYear }: { told: Report; onYear: (year: number) => void }) {
  const at = new Intl.DateTimeFormat("zh-CN", { dateStyle: "long", timeStyle: "short" }).format(new Date(told.at));
  return (
    <section class="coverage-head">
      <p>
        <strong>{told.title}</strong>（{told.source}）
      </p>
      <p>
        <Both zh={`截至 ${at}，对照 ${told.year} 年目标`} en={`against the targets for ${told.year}`} />
      </p>
      {told.practice && (
        <p class="practice">
          <strong>演示数据</strong> 这些充电站为练习而生成，本表不反映真实建设情况。{" "}
          <span lang="en">Practice data: the stations are made up.</span>
        </p>
      )}
      <div class="office-bar no-print">
        <fieldset class="states">
          <legend class="unseen">年份 Year</legend>
          {told.years.map((year) => (
            <button
              key={year}
              type="button"
              class="button"
              aria-pressed={year === told.year}
              onClick={() => onYear(year)}
            >
              {year}
            </button>
          ))}
        </fieldset>
        <div class="states">
          <a class="button" href={`/open/coverage.csv?year=${told.year}`} download>
            CSV
          </a>
          <a class="button" href={`/open/coverage.geojson?year=${told.year}`} download>
            GeoJSON
          </a>
          <button type="button" class="button" onClick={() => print()}>
            <Both zh="打印" en="Print" />
          </button>
        </div>
      </div>
    </section>
  );
}
