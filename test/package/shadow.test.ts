// Shadow, verification and the breaker, with a Mercurial that lies when it is told to.
//
// A comparison has the lowest priority there is: on a busy machine it comes late, so that it is waited for for long, and
// no test shares its records with the next one.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import * as records from "./records.ts";
import { amalgam, launcher, legacy, Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
let home = "";
let state = "";
const lies = path.join(sandbox.folder, "lies");
const liar = path.join(sandbox.folder, "liar");

beforeAll(() => {
  sandbox.makeRepository();
  writeFileSync(liar, `#!/bin/sh\n[ -e '${lies}' ] && [ "$1" = status ] && echo '? a lie'\nexec '${legacy}' "$@"\n`);
  chmodSync(liar, 0o755);
  sandbox.env.AMALGAM_LEGACY_HG = liar;
  // The tests themselves may run in CI.
  delete sandbox.env.CI;
});
afterAll(() => sandbox.remove());
beforeEach(() => {
  home = mkdtempSync(path.join(sandbox.folder, "amalgam-"));
  state = path.join(home, "state");
  mkdirSync(state);
  sandbox.env.AMALGAM_HOME = home;
  // Gathers the facts.
  sandbox.run(amalgam, ["doctor"]);
});
afterEach(() => rmSync(lies, { force: true }));

vi.setConfig({ testTimeout: 20 * 60_000 });

const hg = (...args: string[]) => sandbox.run(launcher, args);
const front = (...args: string[]) => sandbox.run(amalgam, args);

/** Puts a policy in force that gives comparisons all the time they may need. */
function policy(text: string, evidence = "line"): void {
  const compare = `compare: { timeout: 10m, evidence: ${evidence} }\n`;
  writeFileSync(path.join(home, "policy.yaml"), `version: 1\n${compare}${text}`);
  expect(front("policy", "compile").stderr.toString()).toBe("");
}

const journal = () => records.journal(state);
const comparisons = (count: number) => records.comparisons(state, count);
const answers = () => journal().flatMap(({ answer, reason }) => (answer ? [reason ?? answer] : []));

describe("shadow", () => {
  test("legacy answers, and native is compared behind the command", async () => {
    policy("routes: [{ command: status, mode: shadow }, { command: '*', mode: native }]\n");
    const own = sandbox.run(liar, ["status"]);
    const shown = hg("status");
    expect(shown.stdout).toEqual(own.stdout);
    expect(await comparisons(1)).toMatchObject([{ command: "status", compared: "same", kind: "shadow" }]);
    expect(answers()).toEqual(["policy.shadow"]);
    expect(JSON.parse(front("explain", "--json", "--", "status").stdout.toString())).toMatchObject({ mode: "shadow" });
    expect(JSON.parse(front("report", "--json", "--legacy-ms", "200").stdout.toString()).compared).toEqual([
      { command: "status", same: 1, different: 0, notCounted: 0 },
    ]);
  });

  test("what native would not answer, and what writes, is not run again", async () => {
    policy("routes: [{ command: '*', mode: shadow }]\n");
    hg("bookmarks", "--delete", "none");
    hg("cat", "a.txt", "--output", path.join(sandbox.folder, "out"));
    hg("bookmarks", "made-once");
    hg("root");
    expect(await comparisons(1)).toMatchObject([{ command: "root", compared: "same" }]);
    expect(sandbox.run(legacy, ["bookmarks", "-q"]).stdout.toString().trim()).toBe("made-once");
  });
});

describe("verification and the breaker", () => {
  const verifying = (more: string) => policy(`routes: [{ command: '*', mode: native, verify: 100% }]\n${more}`, "full");

  test("a difference demotes its cell at once, is kept as evidence, and is not met again", async () => {
    verifying("");
    writeFileSync(lies, "");
    expect(hg("status").stdout.toString()).not.toContain("lie");
    expect(await comparisons(1)).toMatchObject([{ compared: "different", kind: "verify" }]);
    hg("status");
    hg("status", "-q");
    expect(answers()).toEqual(["native", "breaker.demoted", "native"]);
    await comparisons(2);
    const [name = ""] = readdirSync(path.join(state, "evidence"));
    const evidence = path.join(state, "evidence", name);
    expect(JSON.parse(readFileSync(path.join(evidence, "evidence.json"), "utf8"))).toMatchObject({
      what: "stdout differs",
      kind: "verify",
      firstDifference: { stream: "stdout" },
    });
    expect(readFileSync(path.join(evidence, "legacy.stdout"), "utf8")).toContain("? a lie");
    const replayed = sandbox.run(amalgam, [
      ...["parity", "run", "--legacy", legacy, "--subject", liar, "--jobs", "1", "--no-calibrate"],
      ...["--repository", sandbox.repository, "--recorded", path.join(evidence, "line.sh")],
    ]);
    expect(`${replayed.stdout}${replayed.stderr}`).toMatch(/0 passed, 1 failed/);
    expect(replayed.code).toBe(1);
    const list = front("rollback");
    expect(list.code).toBe(1);
    expect(list.stdout.toString()).toMatch(/^status @[0-9a-f]{8}\s+Python for 7 days\s+1\s+stdout differs$/m);
    const findings = JSON.parse(front("doctor", "--json").stdout.toString()).findings;
    expect(JSON.stringify(findings)).toContain("Python answers again for status @");
  });

  test("after the cooldown it is compared behind legacy, and clean comparisons bring it back", async () => {
    verifying("breaker: { cooldown: 1s, clean: 2 }\n");
    writeFileSync(lies, "");
    hg("status");
    await comparisons(1);
    rmSync(lies);
    await sleep(1200);
    for (const count of [2, 3]) {
      hg("status");
      await comparisons(count);
    }
    hg("status");
    expect(answers()).toEqual(["native", "breaker.demoted", "breaker.demoted", "native"]);
    const kinds = (await comparisons(4)).map(({ kind, compared }) => [kind, compared]);
    expect(kinds.slice(0, 3)).toEqual([
      ["verify", "different"],
      ["probation", "same"],
      ["probation", "same"],
    ]);
  });

  test("after a change of what native stands beside, clean comparisons come before its next answer", async () => {
    policy("routes: [{ command: '*', mode: native }]\nbreaker: { clean: 2 }\n");
    front("explain", "--", "root");
    hg("root");
    const known = path.join(state, "known");
    const before = readFileSync(known, "utf8");
    expect(before).toMatch(/^[0-9a-f]{16} known\troot @[0-9a-f]{8}\n$/);
    writeFileSync(known, before.replace(/^[0-9a-f]{16}/, "0123456789abcdef"));
    for (const count of [1, 2]) {
      expect(hg("root").stdout.toString()).toBe(`${sandbox.repository}\n`);
      expect((await comparisons(count)).at(-1)).toMatchObject({ compared: "same", kind: "renewal" });
    }
    hg("root");
    hg("status");
    // Where comparisons are not made, a change cannot be told from none.
    writeFileSync(known, before.replace(/^[0-9a-f]{16}/, "0123456789abcdef"));
    sandbox.run(launcher, ["root"], { CI: "true" });
    expect(answers()).toEqual(["native", "legacy.changed", "legacy.changed", "native", "native", "native"]);
  });

  test("other settings of the user are such a change; where others are found and what edits is none", async () => {
    policy("routes: [{ command: '*', mode: native }]\nbreaker: { clean: 1 }\n");
    const hgrc = sandbox.env.HGRCPATH ?? "";
    const before = readFileSync(hgrc, "utf8");
    try {
      hg("root");
      writeFileSync(hgrc, `${before}editor = ed\n[paths]\nother = /nowhere\n`);
      hg("root");
      writeFileSync(hgrc, `${before}[diff]\ngit = yes\n`);
      hg("root");
      await comparisons(1);
      hg("root");
      writeFileSync(hgrc, before);
      hg("root");
    } finally {
      writeFileSync(hgrc, before);
    }
    expect(answers()).toEqual(["native", "native", "legacy.changed", "native", "native"]);
  });

  test("nothing is compared in CI unless the policy has it so, nor where nobody keeps records", async () => {
    verifying("");
    sandbox.run(launcher, ["root"], { CI: "true" });
    rmSync(state, { recursive: true });
    hg("root");
    mkdirSync(state);
    hg("status", "-q");
    expect((await comparisons(1)).map(({ command }) => command)).toEqual(["status"]);
  });

  test("a breaker that cannot be read sends everything to Python, and doctor says so", () => {
    verifying("");
    writeFileSync(path.join(state, "breaker"), "amalgam-breaker 1\n1 0 9");
    expect(hg("root").code).toBe(0);
    expect(answers()).toEqual(["breaker.demoted"]);
    expect(front("doctor", "--json").stdout.toString()).toContain("is damaged");
    expect(front("rollback").stdout.toString()).toContain("everything goes to Python");
  });
});

describe("by hand", () => {
  test("rollback takes a command back at once, and promote needs evidence to undo it", async () => {
    policy("# kept\nroutes:\n  - command: [status, log]\n    mode: shadow\n");
    expect(front("rollback", "st", "--why", "odd").stdout.toString()).toContain("Python, by hand");
    const refused = front("promote", "status", "--comparisons", "1");
    expect([refused.code, refused.stdout.toString()]).toEqual([1, expect.stringContaining("0 of 1 comparisons")]);
    sandbox.run(launcher, ["status"], { AMALGAM_MODE: "native" });
    expect(answers()).toEqual(["native"]);
    // By hand means by hand: nothing is compared meanwhile.
    hg("status");
    front("rollback", "log");
    rmSync(path.join(state, "breaker"));
    hg("status");
    await comparisons(1);
    const planned = front("promote", "status", "--comparisons", "1", "--dry-run");
    expect(planned.stdout.toString()).toContain("+  - command: status");
    const written = front("promote", "status", "--comparisons", "1");
    expect([written.code, written.stderr.toString()]).toEqual([0, ""]);
    expect(readFileSync(path.join(home, "policy.yaml"), "utf8")).toMatch(
      /^version: 1\ncompare: .*\n# kept\nroutes:\n {2}- command: status\n {4}mode: native\n {2}- command: \[status, log\]\n {4}mode: shadow\n$/,
    );
    hg("status");
    expect(answers().at(-1)).toBe("native");
  });

  test("what-if says what a policy would move", () => {
    policy("routes: [{ command: root, mode: python }]\n");
    hg("root");
    const other = path.join(sandbox.folder, "other.yaml");
    writeFileSync(other, "version: 1\nroutes: [{ command: root, mode: native }]\n");
    const { moves } = JSON.parse(front("policy", "what-if", other, "--json").stdout.toString());
    expect(moves).toMatchObject([{ command: "root", calls: 1, now: 0, later: 1 }]);
    writeFileSync(other, "version: 1\nroutes: [{ command: root, mode: nativ }]\n");
    expect(front("policy", "what-if", other).code).toBe(2);
    expect(front("promote", "roof").stderr.toString()).toContain("Did you mean root?");
  });
});
