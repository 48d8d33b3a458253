// The entry of `npm run compat:upstream`: chooses tests, runs them, keeps and reports what came of it, and is the
// only place that sets the exit code.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadLedger } from "../runner/ledger.ts";
import { identifyLegacy } from "../runner/legacy.ts";
import { findLegacy, projectRoot } from "../runner/options.ts";
import { listVariants } from "./harness.ts";
import { nativeShare } from "./journal.ts";
import { KeptRuns, shortHash } from "./kept.ts";
import { readOptions, usage } from "./options.ts";
import { readResults, writeResults } from "./results.ts";
import { runAll } from "./run.ts";
import { choose, loadScope, part } from "./scope.ts";
import { provideSource } from "./source.ts";
import { findings, type TestResult, type Verdict } from "./verdict.ts";

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

/** The interpreter that a Python script names. */
function interpreter(script: string): string {
  const line = /^#!\s*(\S+)(?:\s+(\S+))?/.exec(readFileSync(script, "latin1"));
  const named = line?.[1]?.endsWith("/env") ? line[2] : line?.[1];
  if (named === undefined || !named.includes("python")) throw new Error(`${script} is not a Python script`);
  return named;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    say(usage);
    return 0;
  }
  const legacy = identifyLegacy(resolve(findLegacy(options.legacy)));
  const python = interpreter(legacy.path);
  const cache = join(projectRoot, ".cache/upstream");
  mkdirSync(cache, { recursive: true });
  const given = options.source ?? process.env.AMALGAM_UPSTREAM_SOURCE;
  const source = await provideSource(given, legacy.version, cache, python);
  const tests = part(choose(join(source, "tests"), loadScope(), options), options.shard);
  const launcher = join(projectRoot, "bin/hg");
  if (!existsSync(launcher)) throw new Error("bin/hg does not exist: run npm run setup");
  const work = mkdtempSync(join(tmpdir(), "amalgam-upstream-"));
  try {
    const harness = { tests: join(source, "tests"), python, home: work };
    const variants = await listVariants(harness, legacy.path, tests);
    if (options.list) {
      for (const variant of variants) say(variant);
      return 0;
    }
    const kept = (name: string): KeptRuns => new KeptRuns(join(cache, `kept-${name}`));
    const legacyRuns = kept(`legacy-${shortHash(legacy.key, source)}`);
    const way = options.transport === "exec" ? "" : `-${options.transport}`;
    const amalgamRuns = kept(`amalgam${way}-${shortHash(legacy.key, source, readFileSync(launcher))}`);
    if (options.fresh) legacyRuns.forget();
    if (options.fresh || options.rerun) amalgamRuns.forget();
    const ledger = loadLedger(join(import.meta.dirname, "ledger"));
    const byExec = join(import.meta.dirname, "results", `${legacy.version}-${legacy.build}`);
    const path = `${byExec}${way}`;
    const stored = readResults(`${path}.json`, legacy.version, legacy.build);
    let done = 0;
    const results = await runAll({
      harness,
      legacy: legacy.path,
      launcher,
      transport: options.transport,
      work,
      legacyRuns,
      amalgamRuns,
      variants,
      lazy: options.lazy,
      jobs: options.jobs ?? availableParallelism(),
      progress: (test, result, reference, amalgam) => {
        done += 1;
        const { native, total } = nativeShare([result.journal]);
        say(
          `${done}/${variants.length} ${test}: ${result.verdict}, ${native} of ${total} native, ${amalgam.seconds} s`,
        );
        if (options.diff && result.verdict === "differs") {
          say(
            `--- Mercurial: ${reference.result}\n${reference.detail}\n--- amalgam: ${amalgam.result}\n${amalgam.detail}`,
          );
        }
        stored.tests[test] = result;
        if (options.save) writeResults(path, stored, ledger);
      },
    });
    const others = way === "" ? {} : readResults(`${byExec}.json`, legacy.version, legacy.build).tests;
    return report(results, [...findings(results, ledger), ...compared(results, others)]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Where the other transport gave another verdict. */
function compared(results: ReadonlyMap<string, TestResult>, others: Record<string, TestResult>): string[] {
  return [...results].flatMap(([test, { verdict }]) => {
    const other = others[test]?.verdict ?? verdict;
    return other === verdict ? [] : [`${test}: ${verdict}, by exec ${other}`];
  });
}

function report(results: ReadonlyMap<string, TestResult>, found: string[]): number {
  const all = [...results.values()];
  const of = (verdict: Verdict): number => all.filter((one) => one.verdict === verdict).length;
  const { native, total } = nativeShare(all.map(({ journal }) => journal));
  for (const line of found) say(line);
  const warm = all.reduce((sum, one) => sum + (one.warm ?? 0), 0);
  if (warm > 0) say(`${warm} of ${total - native} invocations of Mercurial were answered by a command server`);
  say(
    `${all.length} tests: ${of("same")} same, ${of("differs")} differ, ${of("legacy-fails")} fail with Mercurial itself, ${of("skipped")} skipped; ${native} of ${total} invocations native`,
  );
  return found.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? `compat:upstream: ${error.message}` : error}\n`);
  process.exitCode = 2;
}
