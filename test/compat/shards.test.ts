// A run in parts: shards are disjoint and whole, merge judges the ledger, --retest and --bail choose as they say.
import { afterAll, describe, expect, test } from "vitest";
import { Fake } from "./fake.ts";

const fake = new Fake();
afterAll(() => fake.remove());

const legacy = fake.program("legacy", "");
const subject = fake.program("subject", "w3 | w5) echo wrong ;;");
const words = Array.from({ length: 12 }, (_, index) => `w${index}`);
const cases = fake.cases(...words);
const id = (word: string): string => `cases/x/big_repo: ${word}`;
const ledger = (...entries: [kind: string, ...ids: string[]][]): string =>
  fake.write(
    "ledger.yaml",
    JSON.stringify({ entries: entries.map(([kind, ...ids]) => ({ kind, reason: "known here", ids })) }),
  );
const run = (...more: string[]) => fake.run(...fake.arguments(legacy, subject, cases, "--no-calibrate", ...more));
const shards = (...more: string[]): void => {
  for (const index of [1, 2, 3]) run("--shard", `${index}/3`, "--json", `${index}.json`, ...more);
};
const three = ["1.json", "2.json", "3.json"];

describe("shards", () => {
  test("hold every case once, and merge into the report of the whole", () => {
    shards("--ledger", ledger(["never", id("w3")], ["flaky", id("w1")]));
    const parts = three.flatMap((name) => fake.json(name).results.map((one: { id: string }) => one.id));
    expect(parts.sort()).toEqual(words.map(id).sort());
    expect(parts).not.toEqual(fake.json("1.json").results.map((one: { id: string }) => one.id));
    const merged = fake.run("merge", ...three, "--json", "all.json", "--junit", "all.xml");
    expect(merged.code).toBe(1);
    expect(fake.json("all.json")).toMatchObject({ passed: 10, failed: 1, known: 1, stale: [] });
    expect(merged.out).toMatch(/10 passed, 1 failed\n$/);
  });

  test("leave stale entries to the merge", () => {
    shards("--ledger", ledger(["never", id("w3"), id("w5"), "no/such/case"], ["not-yet", id("w7")]));
    const stale = three.flatMap((name) => fake.json(name).stale);
    expect(stale).toEqual([]);
    const merged = fake.run("merge", ...three, "--json", "all.json");
    expect(merged.code).toBe(1);
    expect(merged.out).toContain("no longer differs: strike it out of ledger.yaml");
    expect(fake.json("all.json").stale).toEqual(["ledger.yaml: no such case: no/such/case"]);
    expect(fake.json("all.json")).toMatchObject({ failed: 2, known: 2 });
  });

  test("are refused by merge when one is missing, there twice, or no report", () => {
    const missing = fake.run("merge", "1.json", "3.json");
    expect([missing.code, missing.err]).toEqual([2, "parity: merge: no report of shard 2/3\n"]);
    const twice = fake.run("merge", ...three, "1.json");
    expect(twice.code).toBe(2);
    expect(twice.err).toContain("holds a case that is in 1.json too");
    expect(fake.run("merge", fake.write("odd.json", "{}")).err).toContain("is no report of this version");
    expect(fake.run("merge", "1.json", "--filter", "x").err).toContain("merge takes no --filter");
  });
});

describe("a part of the cases", () => {
  test("--filter judges only the entries of what ran", () => {
    const result = run("--filter", "w3", "--ledger", ledger(["never", id("w3"), id("w7"), "no/such/case"]));
    expect(result.code).toBe(0);
  });
  test("--retest runs what failed", () => {
    run("--json", "first.json");
    const result = run("--retest", "first.json", "--json", "second.json");
    expect(result.code).toBe(1);
    expect(fake.json("second.json").results.map((one: { id: string }) => one.id)).toEqual([id("w3"), id("w5")]);
  });
  test("--bail stops at the first failure and says what did not run", () => {
    const result = run("--bail", "--jobs", "1", "--json", "bail.json");
    expect(result.code).toBe(1);
    expect(fake.json("bail.json").failed).toBe(1);
    expect(result.out).toMatch(/stopped early: \d+ cases did not run/);
  });
  test("no case, an odd shard and an odd variant are mistakes", () => {
    expect(run("--filter", "nothing of it").err).toContain("no case fits");
    expect(run("--shard", "4/3").err).toContain("--shard: i/n");
    expect(run("--variants", "moon").err).toContain("there are plain, locale, tz, encoding, umask");
    expect(run("--frob").code).toBe(2);
  });
});

describe("annotations for GitHub", () => {
  test("are lines that it understands, at the case's place", () => {
    const result = run("--github");
    expect(result.out).toMatch(
      /^::error file=cases\.yaml,line=1,title=cases\/x\/big_repo%3A w3 \(subject\)::stdout%0A- w3%0A\+ wrong$/m,
    );
  });
});
