// The parity runner's entry: reads options, runs the cases, reports, and is the only place that sets the exit code.
import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { runGenerated } from "../generate/run.ts";
import { type Case, loadCases } from "./cases.ts";
import { FixtureCache, fixtureNames } from "./fixtures.ts";
import { loadLedger } from "./ledger.ts";
import { identifyLegacy, type Legacy } from "./legacy.ts";
import { count, findLegacy, type Options, projectRoot, readOptions, usage } from "./options.ts";
import { isPlain } from "./oracle.ts";
import { weigh } from "./outcome.ts";
import { planTable, writePlan } from "./plan.ts";
import { afterRun, provenFiles, readProven, writeProven } from "./proven.ts";
import { writeJson, writeJunit, writeScripts } from "./report-files.ts";
import { failureText, summaryTable } from "./report-terminal.ts";
import { caseNumber, runCases } from "./run.ts";
import type { Subject } from "./subject.ts";
import { summarise } from "./summary.ts";
import { exclusiveFolder } from "./work.ts";

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

/** One case in this many also goes through the TypeScript front end in the quick tier. */
const faceSample = 12;
const generatedFaceSample = 50;

/** One generated line in this many that falls back is followed to its end. */
const fallbackSample = 10;

function subjects(options: Options, legacy: Legacy): Subject[] {
  if (options.calibrate) return [{ name: "calibration", program: [legacy.path], tellsRoute: false }];
  if (options.subject !== undefined) return [{ name: "subject", program: [options.subject], tellsRoute: true }];
  const launcher = join(projectRoot, "bin/hg");
  const face = join(projectRoot, "bin/amalgam");
  const found: Subject[] = [];
  if (existsSync(launcher)) found.push({ name: "launcher", program: [launcher], tellsRoute: true });
  if (existsSync(face)) found.push({ name: "face", program: [face, "hg", "--"], tellsRoute: true });
  if (found.length === 0)
    throw new Error("bin/hg does not exist: run npm run setup, or name a program with --subject PATH");
  return found;
}

/** One case in this many is in the quick tier: those that the reference's server answers, and the slow others. */
const quickSample = { plain: 3, other: 7 };

/** A fixed choice, so that a quick run is the same everywhere. */
function isQuick(one: Case): boolean {
  if (one.tier !== "sampled") return one.tier === "quick";
  return (caseNumber(one.id) >>> 8) % (isPlain(one) ? quickSample.plain : quickSample.other) === 0;
}

/** Whether a case is for this reference and this user. */
function fits(legacy: Legacy, one: Case): boolean {
  if (one.legacy !== undefined && one.legacy !== legacy.build) return false;
  return one.root === undefined || one.root === (process.getuid?.() === 0);
}

function selects(options: Options, legacy: Legacy, one: Case): boolean {
  if (options.tier === "quick" && options.filters.length === 0 && !isQuick(one)) return false;
  if (!fits(legacy, one)) return false;
  return (
    options.filters.length === 0 ||
    options.filters.some((text) => (text.startsWith("=") ? one.id === text.slice(1) : one.id.includes(text)))
  );
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    say(usage);
    return 0;
  }
  const every = loadCases(join(projectRoot, "compat/cases"), fixtureNames());
  const ledger = loadLedger(join(projectRoot, "compat/ledger"));
  if (options.list) {
    for (const one of every) say(one.id);
    return 0;
  }
  const legacy = identifyLegacy(findLegacy(options.legacy));
  const cache = process.env.AMALGAM_COMPAT_CACHE ?? join(projectRoot, ".cache/compat");
  const work = join(
    tmpdir(),
    `amalgam-compat-${createHash("sha256")
      .update(projectRoot + legacy.key)
      .digest("hex")
      .slice(0, 8)}`,
  );
  const release = exclusiveFolder(work);
  if (options.fresh) rmSync(join(cache, "answers"), { recursive: true, force: true });
  // One folder per release: building for one forgets what was built before in its folder.
  const fixtures = new FixtureCache(join(cache, "fixtures", `${legacy.version}-${legacy.build}`), legacy);
  const selected = options.generate === undefined ? every.filter((one) => selects(options, legacy, one)) : [];
  const terminal = process.stderr.isTTY;
  const started = performance.now();
  try {
    const run = {
      legacy,
      subjects: subjects(options, legacy),
      calibrate: options.calibrate,
      fallsBack: (one: Case) =>
        !options["native-only"] && (options.generate === undefined || caseNumber(one.id) % fallbackSample === 0),
      takes: (subject: Subject, one: Case) =>
        subject.name !== "face" ||
        options.tier === "full" ||
        caseNumber(one.id) % (options.generate === undefined ? faceSample : generatedFaceSample) === 0,
      cache,
      work,
      workers: options.jobs === undefined ? availableParallelism() : count("jobs", options.jobs),
      progress: (done: number) => {
        if (terminal && done % 20 === 0) process.stderr.write(`\r${done} done`);
      },
    };
    const { judged, stale } =
      options.generate === undefined
        ? weigh(await runCases({ ...run, cases: selected, fixtures }), ledger, new Set(every.map((one) => one.id)))
        : { judged: await runGenerated(options, run, say), stale: [] };
    if (terminal) process.stderr.write("\r\x1b[K");
    const failed = judged.filter(({ verdict }) => verdict === "failed");
    const known = judged.filter(({ verdict }) => verdict === "known").length;
    const passed = judged.length - failed.length - known;
    const summary = summarise(judged);
    for (const result of failed.slice(0, options.maxFailures)) say(`${failureText(result)}\n`);
    if (failed.length > options.maxFailures) say(`... and ${failed.length - options.maxFailures} more failures\n`);
    for (const line of stale) say(line);
    const report = {
      legacy: { version: legacy.version, build: legacy.build },
      tier: options.tier,
      passed,
      failed: failed.length + stale.length,
      known,
      summary,
      results: judged,
    };
    if (options.prove) {
      const full = every.filter((one) => fits(legacy, one));
      const known = readProven(provenFiles(projectRoot).json);
      writeProven(projectRoot, afterRun(known, legacy, judged, { quick: full.filter(isQuick), full }));
    }
    if (options.json !== undefined) writeJson(options.json, report);
    if (options.plan !== undefined) writePlan(options.plan, planTable(summary, legacy.version, legacy.build));
    if (options.junit !== undefined) writeJunit(options.junit, judged);
    if (options.scripts !== undefined && options.generate === undefined)
      say(`${writeScripts(options.scripts, judged)} scripts in ${options.scripts}`);
    say(summaryTable(summary));
    say(
      `\nMercurial ${legacy.version} (${legacy.build}), ${new Set(judged.map(({ id }) => id)).size} cases, ${((performance.now() - started) / 1000).toFixed(1)} s${known > 0 ? `, ${known} known differences` : ""}`,
    );
    say(`${passed} passed, ${failed.length + stale.length} failed`);
    return failed.length + stale.length === 0 ? 0 : 1;
  } finally {
    release();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? `compat: ${error.message}` : error}\n`);
  process.exitCode = 2;
}
