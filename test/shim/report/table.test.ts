// Tables align by what a terminal shows, not by code units, and fit the width.
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { shorten, table } from "../../../shim/report/table.ts";

const columns = [
  { title: "name", shrinks: true },
  { title: "ms", align: "right" as const },
];

test("columns align", () => {
  expect(
    table(
      columns,
      [
        ["status", "2"],
        ["cat", "13"],
      ],
      80,
    ),
  ).toEqual(["name    ms", "──────  ──", "status   2", "cat     13"]);
});

test("wide characters and colour count as what they look like", () => {
  const lines = table(
    columns,
    [
      ["日本", "1"],
      ["\u001b[31mred\u001b[39m", "2"],
    ],
    80,
  );
  expect(lines.map((line) => stripVTControlCharacters(line)).slice(2)).toEqual(["日本   1", "red    2"]);
});

test("the elastic column gives way", () => {
  const lines = table(columns, [["x".repeat(100), "1"]], 40);
  expect(Math.max(...lines.map((line) => line.length))).toBe(40);
  expect(lines[2]).toContain("…");
});

test("a cut never splits a character", () => expect(shorten("日本語", 4)).toBe("日…"));
