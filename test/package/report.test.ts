// The journal and its report as people meet them: setup makes the folder, hg appends, report sums up.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { amalgam, launcher, Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
beforeAll(() => sandbox.makeRepository());
afterAll(() => sandbox.remove());
const run = (...args: string[]) => sandbox.run(amalgam, args);
const journal = path.join(sandbox.folder, "amalgam", "state", "journal.jsonl");
const fast = ["--legacy-ms", "200"];

describe("amalgam report", () => {
  test("without a journal is a finding that says how to get one", () => {
    const result = run("report");
    expect(result.code).toBe(1);
    expect(result.stdout.toString()).toContain("amalgam setup");
  });

  test("sums up what hg appended after setup, without what was typed", () => {
    expect(run("setup").code).toBe(0);
    sandbox.run(amalgam, ["doctor"]);
    const lines = [
      ["status"],
      ["status", "folder/b.txt"],
      ["status", "-t", "secret"],
      ["bookmarks", "--delete", "secret"],
    ];
    for (const args of [...lines, ["summary", "--secret"]]) sandbox.run(launcher, args);
    expect(readFileSync(journal, "utf8")).not.toMatch(/folder|b\.txt|mu"|secret/);
    const report = JSON.parse(run("report", "--json", ...fast).stdout.toString());
    expect(report).toMatchObject({ total: 5, legacyMs: 200, damaged: 0 });
    expect(report.commands[0]).toMatchObject({ command: "status", total: 3, native: 2 });
    const reasons = report.reasons.map(({ reason, detail }: { reason: string; detail?: string }) => [reason, detail]);
    expect(reasons).toContainEqual(["flag.unsupported", "--delete"]);
    const text = run("report", ...fast).stdout.toString();
    expect(text).toMatch(/^\d+ % of 5 invocations were native/);
  });

  test("becomes a plan, which keeps what people wrote and says when it is stale", () => {
    const file = path.join(sandbox.folder, "plan.md");
    const plan = (...args: string[]) => run("plan", "--fleet", "--file", file, ...args);
    expect(plan("--check").code).toBe(1);
    expect(existsSync(file)).toBe(false);
    expect(plan()).toMatchObject({ code: 0, stdout: Buffer.from(`wrote ${file}\n`) });
    const first = readFileSync(file, "utf8");
    expect(first).toMatch(/\| `status` \| native \| 3 \| 66 % \| - \| - \| yes \|/);
    writeFileSync(file, first.replace("everything else is yours.", "status comes first."));
    expect(plan("--check").stdout.toString()).toBe(`${file} is up to date\n`);
    sandbox.run(launcher, ["status"]);
    expect(plan("--check").stdout.toString()).toContain("is stale: run amalgam plan --fleet");
    plan();
    expect(readFileSync(file, "utf8")).toMatch(/status comes first\.[\s\S]*\| `status` \| native \| 4 \| 75 % /);
    // The time of a start of Python stays what the plan says, however long one takes now.
    expect(plan("--legacy-ms", "98765").code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("at 98765 ms for a start of Python");
    expect(plan("--check").code).toBe(0);
    writeFileSync(file, "no markers\n");
    expect(plan()).toMatchObject({ code: 2 });
    expect(readFileSync(file, "utf8")).toBe("no markers\n");
    expect(run("plan", "--since", "7d").stderr.toString()).toContain("--since belongs to --fleet");
    expect(run("plan", "--legacy-ms", "7").stderr.toString()).toContain("--legacy-ms belongs to --fleet");
    // Later tests count.
    const lines = readFileSync(journal, "utf8").trimEnd().split("\n");
    writeFileSync(journal, `${lines.slice(0, 5).join("\n")}\n`);
  });

  test("measures what starting Python takes", () => {
    const { legacyMs } = JSON.parse(run("report", "--json").stdout.toString());
    expect(legacyMs).toBeGreaterThan(10);
  });

  test("merges journals, and leaves out what is old and what is damaged", () => {
    const other = path.join(sandbox.folder, "other.jsonl");
    const line = (at: number) => JSON.stringify({ v: 1, at, command: "log", answer: "native", code: 0, us: 900 });
    writeFileSync(other, `${line(1000)}\n${line(Date.now())}\nto`);
    const merged = JSON.parse(run("report", "--merge", journal, other, "--json", ...fast).stdout.toString());
    expect(merged).toMatchObject({ total: 7, damaged: 1 });
    const recent = JSON.parse(run("report", "--merge", other, "--since", "1d", "--json", ...fast).stdout.toString());
    expect(recent.total).toBe(1);
  });

  test.each([
    [["--since", "yesterday"], "neither a time such as"],
    [["--legacy-ms", "fast"], "a number of milliseconds"],
    [["--merge", "nosuch.jsonl"], "nosuch.jsonl cannot be read"],
    [["--html", "no/such/folder/x.html"], "cannot be written"],
  ])("%j is a mistake that says what is wrong", (args, said) => {
    const result = run("report", ...args);
    expect(result.code).toBe(2);
    expect(result.stderr.toString()).toContain(said);
  });
});

const browserPath = ["chromium", "chromium-browser", "google-chrome", "chrome"]
  .flatMap((name) => (process.env.PATH ?? "").split(path.delimiter).map((folder) => path.join(folder, name)))
  .find((file) => existsSync(file));

describe.skipIf(browserPath === undefined)("the page in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserPath ?? "", args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());

  test.each(["light", "dark"] as const)("shows its charts in %s, and fits a narrow window", async (colorScheme) => {
    const file = path.join(sandbox.folder, "report.html");
    expect(run("report", "--html", file, ...fast).code).toBe(0);
    const page = await browser.newPage({ colorScheme, viewport: { width: 420, height: 800 } });
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(pathToFileURL(file).href);
    expect(await page.locator("svg").count()).toBe(3);
    const ask = (expression: string): Promise<string> => page.evaluate(`String(${expression})`);
    const ink = await ask('getComputedStyle(document.querySelector("svg text")).fill');
    const paper = await ask("getComputedStyle(document.body).backgroundColor");
    const wide = Number(await ask("document.documentElement.scrollWidth"));
    const bright = (color: string): boolean => Number(/\d+/.exec(color)?.[0]) > 128;
    expect(bright(ink)).toBe(colorScheme === "dark");
    expect(bright(paper)).toBe(colorScheme === "light");
    expect(wide).toBeLessThanOrEqual(420);
    expect(errors).toEqual([]);
    await page.close();
  });
});
