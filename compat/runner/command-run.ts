// `parity run`: reads what is to be compared, runs it, weighs the results and hands them to the reporters.
import { createHash } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runGenerated } from "../generate/run.ts";
import { askRepository } from "./ask-repository.ts";
import { type Case, caseNumber, type Places } from "./cases.ts";
import { choose, fits, isQuick } from "./choose.ts";
import { processEnvironment, userEnvironment } from "./environment.ts";
import type { FillIns } from "./fill-ins.ts";
import { finish } from "./finish.ts";
import { copyWorld, type Fixture, FixtureCache, fixtureNames } from "./fixtures.ts";
import { entriesFor, type LedgerEntry } from "./ledger.ts";
import { identifyLegacy, type Legacy } from "./legacy.ts";
import { count, findLegacy, type Options, projectRoot } from "./options.ts";
import { type Judged, type LedgerState, weigh } from "./outcome.ts";
import { temporaryFolder } from "./processes.ts";
import { Progress } from "./progress.ts";
import { afterRun, provenFiles, readProven, writeProven } from "./proven.ts";
import { makeReport, type Report, readReport } from "./report.ts";
import { copyRepositories } from "./repositories.ts";
import { type Plan, runCases } from "./run.ts";
import { baseSettings } from "./slot.ts";
import { readCases, readLedger } from "./sources.ts";
import { findSubjects, type Subject } from "./subject.ts";
import { transportEnvironment, transportLine, withoutOuterFrames } from "./transports.ts";
import { baseId, withVariants } from "./variants.ts";
import { exclusiveFolder } from "./work.ts";

/** One case in this many also goes through the TypeScript front end in the quick tier and on a repository. */
const faceSample = 12;
const generatedFaceSample = 50;

/** One generated line in this many that falls back is followed to its end. */
const fallbackSample = 10;

/** Returns the exit code; mistakes of the user's are thrown. */
export async function runCommand(options: Options): Promise<number> {
  // What can be wrong in files is said before anything is started.
  const ledger = options.generate === undefined ? readLedger(options) : new Map();
  const retest = options.retest === undefined ? undefined : readReport(options.retest);
  const legacy = identifyLegacy(findLegacy(options.legacy));
  const work = workFolder(options, legacy);
  const release = exclusiveFolder(work);
  const unregister = temporaryFolder(work);
  try {
    const cache = process.env.AMALGAM_COMPAT_CACHE ?? join(projectRoot, ".cache/compat");
    if (options.fresh) rmSync(join(cache, "answers"), { recursive: true, force: true });
    const stage = { options, legacy, cache, work };
    if (options.generate !== undefined) return await compareGenerated(stage);
    // One folder per release: building for one forgets what was built before in its folder.
    const fixtures = new FixtureCache(join(cache, "fixtures", `${legacy.version}-${legacy.build}`), legacy);
    const copies = copyRepositories(options.repositories, join(work, "repositories"));
    const places = await findPlaces(options, legacy, fixtures, copies, work);
    const every = readCases(options, places, copies);
    const inVariants = every.flatMap((one) => withVariants(one, options.variants)).map(({ id }) => id);
    const entries = entriesFor(ledger, inVariants);
    const failedBefore = retest?.results.filter(({ verdict }) => verdict === "failed").map(({ id }) => id);
    const chosen = choose(every, { ...options, retest: failedBefore && new Set(failedBefore) }, legacy);
    const cases = options.settings === "" && isReference(legacy) ? chosen : chosen.map(nativeAllowed);
    if (options.list) {
      for (const one of cases) process.stdout.write(`${one.id}\n`);
      return 0;
    }
    if (cases.length === 0 && options.shard === undefined) throw new Error("no case fits");
    return await compareAll(cases, every, { ...stage, fixtures, ledger: entries });
  } finally {
    release();
    unregister();
  }
}

interface Stage {
  options: Options;
  legacy: Legacy;
  cache: string;
  work: string;
}

type Run = Omit<Plan, "cases" | "fixtures" | "progress" | "takes" | "fallsBack">;

/** What every run has in common. */
async function startRun({ options, legacy, cache, work }: Stage): Promise<Run> {
  const environment = options["user-config"] ? userEnvironment : processEnvironment;
  return {
    subjects: await findSubjects(options, legacy, work),
    // The reference's own server is warm too: it would hide what this is to show.
    ...(options.transport === undefined
      ? {}
      : { unserved: true, keptApart: `answers-${options.transport}`, compared: withoutOuterFrames }),
    ...{ legacy, cache, work },
    workers: options.jobs === undefined ? availableParallelism() : Math.max(1, count("jobs", options.jobs)),
    calibrate: options.calibrate,
    hermetic: !options["user-config"],
    environment:
      options.transport === undefined
        ? environment
        : transportEnvironment(environment, options.transport, legacy, work),
    settings: options.settings,
    timeoutMs: options.timeoutMs,
  };
}

async function compareAll(
  cases: Case[],
  every: readonly Case[],
  stage: Stage & { fixtures: FixtureCache; ledger: ReadonlyMap<string, LedgerEntry> },
): Promise<number> {
  const { options, fixtures, ledger, legacy } = stage;
  const run = await startRun(stage);
  const onAll = options.tier === "full" && options.repositories.length === 0;
  const takes = (subject: Subject, one: Case): boolean =>
    subject.name !== "face" || onAll || caseNumber(one.id) % faceSample === 0;
  const expected = run.subjects.reduce((sum, subject) => sum + cases.filter((one) => takes(subject, one)).length, 0);
  const progress = new Progress(expected);
  const begun = performance.now();
  const results = await runCases({
    ...{ ...run, cases, fixtures, takes },
    fallsBack: () => !options["native-only"],
    progress: (result) => {
      progress.add(result);
      return options.bail && result.differences.length > 0 && !ledger.has(result.id);
    },
  });
  progress.end();
  const ids = new Set(every.map(({ id }) => id));
  const weighed = weigh(
    results,
    ledger,
    (id) => ids.has(baseId(id)) || (id.includes("*") && options.ledger === undefined),
  );
  if (options.prove) prove(every, weighed.judged, legacy);
  const ran = new Set(results.map(({ id }) => id));
  const notRun = cases.filter(({ id }) => !ran.has(id)).length;
  if (options.transport !== undefined) process.stdout.write(`${transportLine(stage.work)}\n`);
  return finish(report(stage, weighed, { begun, notRun }), options);
}

/** What has to be native is said of a Mercurial without extensions. */
function nativeAllowed(one: Case): Case {
  return { ...one, native: one.native === "required" ? "allowed" : one.native };
}

/** Generated lines have their own repositories and their own ledger. */
async function compareGenerated(stage: Stage): Promise<number> {
  const { options } = stage;
  const begun = performance.now();
  const run = {
    ...(await startRun(stage)),
    takes: (subject: Subject, one: Case) =>
      subject.name !== "face" || options.tier === "full" || caseNumber(one.id) % generatedFaceSample === 0,
    fallsBack: (one: Case) => !options["native-only"] && caseNumber(one.id) % fallbackSample === 0,
    progress: () => false,
  };
  const weighed = await runGenerated(options, run, (text) => process.stdout.write(`${text}\n`));
  return finish(report(stage, weighed, { begun, notRun: 0 }), options);
}

function report(
  { options, legacy }: Stage,
  weighed: { judged: Judged[]; ledger: LedgerState[] },
  { begun, notRun }: { begun: number; notRun: number },
): Report {
  const about = {
    legacy: { version: legacy.version, build: legacy.build },
    tier: options.tier,
    shard: options.shard && `${options.shard.index}/${options.shard.count}`,
    extensions: options.extensions ?? "",
    complete:
      options.filters.length === 0 &&
      options.settings === "" &&
      options.retest === undefined &&
      options.generate === undefined,
    variants: options.variants,
    repositories: options.repositories,
    seconds: Math.round((performance.now() - begun) / 100) / 10,
    notRun,
  };
  return makeReport(about, weighed.judged, weighed.ledger);
}

/** What has to be native is said of the release that native was written against; on another one it may fall back. */
function isReference({ version }: Legacy): boolean {
  return readProven(provenFiles(projectRoot).json).reference.some((one) => one.version === version);
}

/** Enters what passed and failed into the table of what is proven. */
function prove(every: readonly Case[], judged: readonly Judged[], legacy: Legacy): void {
  const full = every.filter((one) => fits(one, legacy));
  const known = readProven(provenFiles(projectRoot).json);
  writeProven(projectRoot, afterRun(known, legacy, judged, { quick: full.filter(isQuick), full }));
}

/** Where cases may run; the copies of the user's repositories are asked what the fill-ins stand for. */
async function findPlaces(
  options: Options,
  legacy: Legacy,
  fixtures: FixtureCache,
  copies: readonly Fixture[],
  work: string,
): Promise<Places> {
  if (copies.length === 0) return { fixtures: fixtureNames() };
  const repositories: [string, FillIns][] = [];
  const rc = join(work, "hgrc");
  writeFileSync(rc, baseSettings);
  for (const fixture of copies) {
    fixtures.addFixture(fixture);
    // Asking writes caches, so it is done in a copy of the copy.
    const world = join(work, "asked");
    copyWorld(fixture, world);
    const env = options["user-config"] ? userEnvironment() : processEnvironment(world, rc);
    const values = await askRepository({ hg: legacy.path, repository: join(world, "repo"), env, scratch: work });
    rmSync(world, { recursive: true, force: true });
    repositories.push([fixture.name, values]);
  }
  return { fixtures: fixtureNames(), repositories: new Map(repositories) };
}

/** Answers hold the folder's path, so it has a fixed name; runs that may go on side by side have different ones. */
function workFolder(options: Options, legacy: Legacy): string {
  const parts = [
    projectRoot,
    legacy.key,
    options.shard && `${options.shard.index}/${options.shard.count}`,
    options.settings,
    ...options.repositories.map((path) => resolve(path)),
  ];
  const name = createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 8);
  const parent = options.work ?? tmpdir();
  if (!existsSync(parent)) throw new Error(`--work ${parent}: there is no such folder`);
  return join(resolve(parent), `amalgam-compat-${name}`);
}
