/** Power over time; the table beneath says the same. */
import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { w } from "../../i18n/mine";
import type { Reading } from "../../kernel/order";
import { secondText, timeText } from "../../parts/when";
import { here } from "../../state/server";

const HEIGHT_REM = 9;
const SHORT_S = 600;

export function PowerChart({ readings }: { readings: readonly Reading[] }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const data: uPlot.AlignedData = [readings.map((r) => here(r.at) / 1000), readings.map((r) => r.kw)];
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const draw = () => {
      chart.current?.destroy();
      chart.current = new uPlot(options(element), data, element);
    };
    draw();
    const resized = new ResizeObserver(() => {
      if (chart.current && chart.current.width !== element.clientWidth) draw();
    });
    resized.observe(element);
    const night = matchMedia("(prefers-color-scheme: dark)");
    night.addEventListener("change", draw);
    return () => {
      resized.disconnect();
      night.removeEventListener("change", draw);
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);
  useEffect(() => chart.current?.setData(data), [readings]);
  return <div class="chart" ref={box} role="img" aria-label={w().order.chart} />;
}

function options(element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const rem = Number.parseFloat(style.fontSize);
  const font = `${Math.round(rem * 0.8125)}px ${style.fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: colour("--ink-2"),
    font,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT_REM * rem,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_u, first, last) => [first, Math.max(last, first + 60)] },
      y: { range: (_u, _least, most) => [0, Math.max(10, Math.ceil((most ?? 0) * 1.1))] },
    },
    axes: [
      { ...axis, size: rem * 2, space: rem * 5, values: (_u, ticks) => ticks.map(clockOf(ticks)) },
      { ...axis, size: rem * 2.75, values: (_u, ticks) => ticks.map(String) },
    ],
    series: [
      {},
      { stroke: colour("--green"), width: 2, fill: colour("--green-soft"), points: { size: 5 }, spanGaps: false },
    ],
  };
}

const clockOf = (ticks: number[]) =>
  (ticks.at(-1) ?? 0) - (ticks[0] ?? 0) < SHORT_S
    ? (s: number) => secondText(s * 1000)
    : (s: number) => timeText(s * 1000);
