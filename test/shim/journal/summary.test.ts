// Journals as text, and what they amount to.
import { describe, expect, test } from "vitest";
import { parseJournal } from "../../../shim/journal/read.ts";
import { summarize } from "../../../shim/journal/summary.ts";

const day = 86_400_000;
const line = (more: object): string => JSON.stringify({ v: 1, at: day, us: 1500, answer: "native", ...more });

describe("a journal", () => {
  test("is read line by line; what is torn, foreign or of a later version is counted", () => {
    const text = [
      line({ command: "status", flags: ["rev"], code: 0 }),
      `${line({}).slice(0, 20)}${line({})}`,
      line({ v: 2 }),
      line({ answer: "perhaps" }),
      line({ us: -1 }),
      "\0\0\0",
      "[]",
      line({ later: "keys are no harm" }),
    ].join("\n");
    const { entries, damaged } = parseJournal(text);
    expect(entries.map(({ command, flags }) => [command, flags])).toEqual([
      ["status", ["rev"]],
      [undefined, []],
    ]);
    expect(damaged).toBe(6);
  });
});

describe("a summary", () => {
  const journal = parseJournal(
    [
      ...Array.from({ length: 20 }, (_, at) => line({ at: at * 1000, command: "status", us: 2000 })),
      line({ at: day, command: "status", flags: ["rev"], us: 90_000 }),
      ...[1, 2, 3].map((at) => line({ at, command: "commit", answer: "exec", reason: "command.unknown", us: 300 })),
      line({ at: 5, command: "log", answer: "exec", reason: "flag.unsupported", detail: "--patch" }),
      line({ at: 6, command: "diff", answer: "warm", reason: "flag.unsupported", detail: "--root" }),
      line({ at: 7, command: "cat", answer: "exec", reason: "flag.unsupported", detail: "--root" }),
      line({ at: 8, answer: "exec", reason: "command.none" }),
    ].join("\n"),
  );
  const summary = summarize(journal, 200);

  test("counts by command, the most frequent first", () => {
    expect(summary.commands.map(({ command, total, native }) => [command, total, native])).toEqual([
      ["status", 21, 21],
      ["commit", 3, 0],
      ["-", 1, 0],
      ["cat", 1, 0],
      ["diff", 1, 0],
      ["log", 1, 0],
    ]);
    expect(summary.commands[0]?.medianMs).toBe(2);
    expect(summary).toMatchObject({ total: 28, native: 21, damaged: 0, from: 0, to: day });
  });
  test("counts what native saved against starting Python", () => expect(summary.savedMs).toBe(20 * 198 + 110));
  test("ranks reasons, with what they met", () => {
    expect(summary.reasons.map(({ reason, detail, calls, commands }) => [reason, detail, calls, commands])).toEqual([
      ["command.unknown", "commit", 3, ["commit"]],
      ["flag.unsupported", "--root", 2, ["cat", "diff"]],
      ["command.none", undefined, 1, ["-"]],
      ["flag.unsupported", "--patch", 1, ["log"]],
    ]);
    expect(summary.reasons[0]?.lostMs).toBe(600);
  });
  test("names what was far slower than usual", () =>
    expect(summary.slow).toEqual([{ at: day, command: "status", flags: ["rev"], ms: 90 }]));
  test("goes by days", () =>
    expect(summary.days).toEqual([
      { day: "1970-01-01", total: 27, native: 20 },
      { day: "1970-01-02", total: 1, native: 1 },
    ]));
  test("of nothing is nothing", () =>
    expect(summarize({ entries: [], comparisons: [], damaged: 2 }, 200)).toMatchObject({
      total: 0,
      savedMs: 0,
      damaged: 2,
      days: [],
    }));
});
