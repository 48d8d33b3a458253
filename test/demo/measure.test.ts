// The demo's judgement: same means the same bytes and the same end.
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { commandLines } from "../../demo/command-lines.ts";
import { differences } from "../../demo/difference.ts";
import { type Answer, isSame, median, run, unsupportedReason } from "../../demo/measure.ts";
import { reasonLines, summaryLine, tableLines } from "../../demo/report.ts";
import { styleFor } from "../../shim/report/style.ts";

const answer = (stdout: string, end = "0", stderr = ""): Answer => ({
  stdout: Buffer.from(stdout),
  stderr: Buffer.from(stderr),
  end,
  milliseconds: 1,
});
const plain = { good: String, bad: String, warn: String, dim: String, strong: String };

test("one byte, the exit code or stderr make a difference", () => {
  expect(isSame(answer("a\n"), answer("a\n"))).toBe(true);
  expect(isSame(answer("a\n"), answer("a"))).toBe(false);
  expect(isSame(answer("a"), answer("a", "1"))).toBe(false);
  expect(isSame(answer("a"), answer("a", "0", "warning"))).toBe(false);
});

test("a difference is shown where it begins", () => {
  expect(differences(answer("a\nb\n"), answer("a\nc\n", "1"))).toEqual([
    "  exit code: hg 0, amalgam 1",
    "  stdout, line 2",
    '    hg:      "b"',
    '    amalgam: "c"',
  ]);
  expect(differences(answer("a\n"), answer("a\nmore\n"))).toContain('    amalgam: "more"');
});

test("the reason is read from the launcher's words", () => {
  expect(unsupportedReason(Buffer.from("unsupported: command.unknown: log\n"))).toBe("command.unknown");
  expect(unsupportedReason(Buffer.from(""))).toBe("unknown");
});

test("median", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test("a program's answer is kept as bytes, with how it ended", async () => {
  const result = await run("/bin/sh", ["-c", "printf '\\377'; echo no >&2; kill -9 $$"], "/", {});
  expect([...result.stdout]).toEqual([255]);
  expect(result.stderr.toString()).toBe("no\n");
  expect(result.end).toBe("SIGKILL");
});

test("the table fits 80 columns and the summary counts", () => {
  const rows = commandLines({ file: "a/very/long/path/to/some/file/in/the/repository.c", folder: "a", tag: "v1" }).map(
    (args, i) => ({ args, reason: i % 2 ? "command.unknown" : undefined, identical: i !== 3, legacy: 200, amalgam: 2 }),
  );
  const lines = tableLines(rows, plain, 80);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.filter((line) => line.includes(" NO "))).toHaveLength(1);
  expect(summaryLine(rows, plain)).toMatch(/typically 100x faster; 1 answers DIFFER$/);
  expect(reasonLines(rows, plain)).toHaveLength(1);
});

test("no colour where nobody looks", () => {
  const style = styleFor(new PassThrough() as unknown as NodeJS.WriteStream);
  expect(style.good("x")).toBe("x");
});
