// The charts of the report's page, drawn here as SVG, so that the page is one file that runs no script. Colours are
// the page's own variables, which follow the reader's light or dark system.
import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { ReasonSummary, Summary } from "../journal/summary.ts";

use([BarChart, GridComponent, LegendComponent, SVGRenderer]);

const ink = "var(--ink)";
const nativeColor = "var(--good)";
const pythonColor = "var(--other)";
const text = { color: ink, fontFamily: "system-ui, sans-serif" };
const axis = { axisLabel: text, axisLine: { lineStyle: { color: "var(--line)" } }, splitLine: { show: false } };
const width = 900;

/** Invocations per day, native and others. */
export function daysChart(days: Summary["days"]): string {
  return draw(300, {
    legend: { textStyle: text },
    xAxis: { type: "category", data: days.map(({ day }) => day), ...axis },
    yAxis: { type: "value", minInterval: 1, ...axis },
    series: stacked(
      days.map(({ native }) => native),
      days.map(({ total, native }) => total - native),
    ),
  });
}

/** Invocations per command, native and others; the most frequent on top. */
export function commandsChart(commands: Summary["commands"]): string {
  const shown = commands.slice(0, 15).reverse();
  return draw(60 + 26 * shown.length, {
    legend: { textStyle: text },
    yAxis: { type: "category", data: shown.map(({ command }) => command), ...axis },
    xAxis: { type: "value", minInterval: 1, ...axis },
    series: stacked(
      shown.map(({ native }) => native),
      shown.map(({ total, native }) => total - native),
    ),
  });
}

/** What each reason costs; the dearest on top. */
export function reasonsChart(reasons: readonly ReasonSummary[]): string {
  const shown = reasons.slice(0, 12).reverse();
  return draw(50 + 26 * shown.length, {
    yAxis: {
      type: "category",
      data: shown.map(({ reason, detail }) => (detail === undefined ? reason : `${reason} ${detail}`)),
      ...axis,
    },
    xAxis: { type: "value", name: "s lost", nameTextStyle: text, ...axis },
    series: [
      bars(
        "lost",
        shown.map(({ lostMs }) => Math.round(lostMs / 100) / 10),
        pythonColor,
      ),
    ],
  });
}

const stacked = (native: number[], python: number[]) => [
  { ...bars("native", native, nativeColor), stack: "all" },
  { ...bars("Python", python, pythonColor), stack: "all" },
];

const bars = (name: string, data: number[], color: string) => ({
  ...{ type: "bar" as const, name, data, barMaxWidth: 22 },
  itemStyle: { color },
});

function draw(height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      grid: { left: 8, right: 40, top: 36, bottom: 8 },
      ...option,
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
