// The closing line of `npm test` is only as good as the counts that it adds up.
import { describe, expect, test } from "vitest";
import { cargoCounts, closingLineCounts, failures, vitestCounts } from "./counts.ts";
import { parts } from "./parts.ts";
import { settle } from "./run-part.ts";

describe("vitest", () => {
  test("passed and failed tests", () => {
    const output = " Test Files  1 failed | 3 passed (4)\n      Tests  2 failed | 40 passed (42)\n";
    expect(vitestCounts(output)).toEqual({ passed: 40, failed: 2 });
  });
  test("a file that does not load fails", () => {
    const output = " Test Files  1 failed | 3 passed (4)\n      Tests  40 passed (40)\n";
    expect(vitestCounts(output)).toEqual({ passed: 40, failed: 1 });
  });
  test("colour does not hide the result", () => {
    expect(
      vitestCounts("\u001b[2m Test Files \u001b[22m 1 passed (1)\n  Tests  \u001b[32m5 passed\u001b[39m (5)\n"),
    ).toEqual({
      passed: 5,
      failed: 0,
    });
  });
  test("no result", () => expect(vitestCounts("Error: no config\n")).toBeUndefined());
});

describe("cargo", () => {
  test("the sum over the test binaries", () => {
    const output =
      "test result: ok. 12 passed; 0 failed; 0 ignored\ntest result: FAILED. 3 passed; 2 failed; 0 ignored\n";
    expect(cargoCounts(output)).toEqual({ passed: 15, failed: 2 });
  });
  test("a build failure has no result", () => expect(cargoCounts("error: could not compile\n")).toBeUndefined());
});

describe("closing line", () => {
  test("the last one counts", () => {
    expect(closingLineCounts("1 passed, 1 failed\nparity: 7 passed, 0 failed\n")).toEqual({ passed: 7, failed: 0 });
  });
  test("no result", () => expect(closingLineCounts("7 passed and 0 failed\n")).toBeUndefined());
});

describe("what a part adds", () => {
  test("its counts when it ended well", () => {
    expect(settle(0, { passed: 4, failed: 0 })).toEqual({ passed: 4, failed: 0 });
  });
  test("a failure when it died without naming one", () => {
    expect(settle(101, { passed: 4, failed: 0 })).toEqual({ passed: 4, failed: 1 });
    expect(settle(null, undefined)).toEqual({ passed: 0, failed: 1 });
  });
  test("a failure when it ran no test", () =>
    expect(settle(0, { passed: 0, failed: 0 })).toEqual({ passed: 0, failed: 1 }));
});

describe("the names of what failed", () => {
  const named = (part: string, output: string) => {
    const pattern = parts.find(({ name }) => name === part)?.failure;
    return pattern && failures(output, pattern);
  };
  test("as each part prints them", () => {
    const vitest =
      "\u001b[41m\u001b[1m FAIL \u001b[22m\u001b[49m together  test/a.test.ts\u001b[2m > \u001b[22minner\n";
    expect(named("vitest", `${vitest} FAIL  together  test/a.test.ts > inner\n`)).toEqual([
      "together test/a.test.ts > inner",
    ]);
    expect(named("rust", "test a::fine ... ok\ntest a::b ... FAILED\n")).toEqual(["a::b"]);
    expect(named("parity", "FAILED group/case@repo: status (launcher)\n  code\n")).toEqual([
      "group/case@repo: status (launcher)",
    ]);
  });
  test("nothing where nothing failed", () => expect(named("rust", "test a::b ... ok\n")).toEqual([]));
});
