// A reference that hangs, dies, lies or leaves a lock: its case fails with what happened, the others go on, and
// nothing is left behind, also after Ctrl-C.
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { Fake, isRunning } from "./fake.ts";

const fake = new Fake();
afterAll(() => fake.remove());

/** How long the programs that have to be ended would sleep: a number that no other run has. */
const [long, longer] = [`7${process.pid}1`, `7${process.pid}2`];
const bad = fake.program(
  "bad",
  `hang) trap '' TERM HUP INT; sleep ${long} ;;
die) kill -KILL $$ ;;
noise) head -c 4000 /dev/urandom ;;
time) date +%s%N ;;
lock) ln -s host:1 .hg/wlock ;;
write) echo more >> a.txt; rm dir/b.txt; chmod 700 dir ;;
stay) setsid sleep ${longer} & echo started ;;`,
);
const verdictOf = (report: { results: { id: string }[] }, word: string) =>
  report.results.find(({ id }) => id.endsWith(`: ${word}`)) as never as Record<string, never>;

describe("a run with all of them", () => {
  const cases = fake.cases("root", "hang", "die", "noise", "time", "lock", "write", "stay", "status");
  const result = fake.run(
    ...fake.arguments(bad, bad, cases, "--timeout", "2", "--json", "report.json", "--junit", "report.xml"),
  );
  const report = fake.json("report.json");
  const differences = (word: string) => JSON.stringify(verdictOf(report, word).differences);

  test("fails, and the others pass", () => {
    expect(result.code).toBe(1);
    expect(report).toMatchObject({ passed: 3, failed: 4, nondeterministic: 2, notRun: 0 });
    for (const word of ["root", "status", "write"]) expect(verdictOf(report, word).verdict).toBe("passed");
  });
  test("says what happened", () => {
    expect(differences("hang")).toContain("the reference: no end after 2 s");
    expect(differences("die")).toContain("the reference was ended by SIGKILL");
    expect(differences("lock")).toContain("the reference left a lock behind: repo/.hg/wlock (link host:1)");
    expect(differences("stay")).toContain("the reference: no end after 2 s");
    expect(result.out).toContain("no end after 2 s");
  });
  test("names what is not deterministic, with both answers", () => {
    for (const word of ["noise", "time"]) {
      const one = verdictOf(report, word) as unknown as {
        verdict: string;
        answers: { legacy: { stdout: string }; again: { stdout: string } };
      };
      expect(one.verdict).toBe("nondeterministic");
      expect(one.answers.legacy.stdout).not.toBe(one.answers.again.stdout);
    }
    expect(result.out).toMatch(/NONDETERMINISTIC cases\/x\/big_repo: time/);
    expect(result.out).toContain("2 nondeterministic in the reference itself");
  });
  test("leaves nothing behind", () => {
    expect(fake.leftovers()).toEqual([]);
    expect(isRunning(long) || isRunning(longer)).toBe(false);
  });
});

describe("Ctrl-C", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s ends every process and removes every copy", async (signal) => {
    const child = fake.start(...fake.arguments(bad, bad, fake.cases("hang"), "--timeout", "60"));
    const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
    for (let tries = 0; tries < 400 && !isRunning(long); tries += 1) await sleep(50);
    expect(isRunning(long)).toBe(true);
    child.kill(signal);
    expect(await ended).toBe(signal === "SIGINT" ? 130 : 143);
    expect(isRunning(long)).toBe(false);
    expect(fake.leftovers()).toEqual([]);
  });
});

describe("a reference that is none", () => {
  const good = fake.program("good", "");
  const refused = (legacy: string) => {
    const result = fake.run(...fake.arguments(legacy, good, fake.cases("root")));
    expect(result.code).toBe(2);
    expect(fake.leftovers()).toEqual([]);
    return result.err;
  };
  test("missing", () => expect(refused("/nonexistent/hg")).toContain("/nonexistent/hg does not exist"));
  test("not executable", () => {
    const file = fake.write("plain", "text");
    expect(refused(file)).toContain("is not a usable Mercurial");
    rmSync(file);
  });
  test("nameless", () => expect(refused("/bin/true")).toContain("it names no version"));
});
