// The report of a journal: numbers, text, page.
import { describe, expect, test } from "vitest";
import { reasons } from "../../../shim/generated/reasons.ts";
import { parseJournal } from "../../../shim/journal/read.ts";
import { summarize } from "../../../shim/journal/summary.ts";
import { adviceFor, sentenceOf } from "../../../shim/report/advice.ts";
import type { Style } from "../../../shim/report/style.ts";
import { duration, percent, usageLines } from "../../../shim/report/usage.ts";
import { usagePage } from "../../../shim/report/usage-page.ts";

const plain = (text: string): string => text;
const style: Style = { good: plain, bad: plain, warn: plain, dim: plain, strong: plain };
const entry = (more: object): string => JSON.stringify({ v: 1, at: 0, us: 1000, answer: "native", ...more });
const summary = summarize(
  parseJournal(
    [
      ...Array.from({ length: 199 }, () => entry({ command: "status" })),
      entry({ at: 90_000_000, command: "log", answer: "exec", reason: "extension.unproven", detail: "corp" }),
      "torn",
    ].join("\n"),
  ),
  190,
);

test("every reason has a sentence and something to do about it", () => {
  for (const { id } of reasons) {
    expect(sentenceOf(id)).not.toBe("");
    expect(adviceFor(id)).not.toBe("");
  }
});

describe("numbers", () => {
  test("are never rounded to all or nothing", () => {
    expect([percent(199, 200), percent(1, 1000), percent(0, 5), percent(5, 5), percent(0, 0)]).toEqual([
      ...["99 %", "1 %", "0 %", "100 %", ""],
    ]);
  });
  test("of time have the unit that fits", () =>
    expect([5, 5_400, 300_000, 9e6].map(duration)).toEqual(["5 ms", "5.4 s", "5 min", "2.5 h"]));
});

describe("the text", () => {
  const lines = usageLines(summary, style, 100);
  test("says the share, the gain and the reasons, within the width", () => {
    expect(lines[0]).toBe("99 % of 200 invocations were native, 1970-01-01 to 1970-01-02");
    expect(lines[1]).toBe("at least 37.6 s saved: starting Python takes 190 ms here");
    expect(lines.join("\n")).toContain("1 lines of the journal are damaged");
    expect(lines.some((line) => /1\s+190 ms\s+extension\.unproven corp\s+log\s+do without/.test(line))).toBe(true);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });
  test("of an empty journal is one sentence", () =>
    expect(usageLines(summarize({ entries: [], comparisons: [], damaged: 0 }, 190), style, 80)).toEqual([
      "the journal has no entry yet",
    ]));
});

describe("the page", () => {
  const page = usagePage(summary, new Date(0));
  test("is one file that loads and runs nothing, with its charts in it", () => {
    expect(page).not.toMatch(/<script|<link|<img|url\(|@import|https?:\/\/(?!www\.w3\.org\/)/);
    expect(page.match(/<svg/g)).toHaveLength(3);
    expect(page).toContain("extension.unproven corp");
  });
  test("shows names as text", () => {
    const odd = summarize(parseJournal(entry({ command: "<b>", answer: "exec", reason: '"<i>' })), 190);
    expect(usagePage(odd, new Date(0))).not.toMatch(/<b>|<i>/);
  });
  test("of an empty journal says so", () =>
    expect(usagePage(summarize({ entries: [], comparisons: [], damaged: 0 }, 190), new Date(0))).toContain(
      "no entry yet",
    ));
});
