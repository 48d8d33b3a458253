// npm run fuzz: coverage-guided fuzzing of every reader of untrusted bytes, seeded from real files, and then the
// property tests with many more cases than in everyday runs.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeSeeds } from "./seeds.ts";
import { runTarget } from "./target.ts";

const usage = `usage: npm run fuzz -- [options]

  --only NAME      only this target (${targets().join(", ")}); may be repeated
  --seconds N      time for each target (default 60)
  --cases N        cases for each property test afterwards (default 5000; 0 leaves them out)

Findings stay in native/fuzz/findings/NAME/: give the file to the target's program to see it again.`;

const root = join(import.meta.dirname, "..", "..");
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

function targets(): string[] {
  return readdirSync(join(import.meta.dirname, "..", "..", "native", "fuzz", "targets"))
    .map((file) => file.replace(/\.rs$/, ""))
    .sort();
}

/** Flags with which a stable compiler records coverage for libFuzzer. */
const coverage = [
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "-Ccodegen-units=1",
  "--cfg fuzzing",
];

function build(): string {
  const version = spawnSync("rustc", ["-vV"], { encoding: "utf8" }).stdout ?? "";
  const host = /^host: (.*)$/m.exec(version)?.[1];
  if (host === undefined) throw new Error("rustc did not say which machine it builds for; is Rust installed?");
  say("building the targets with coverage");
  const folder = join(root, "native", "fuzz");
  // The target is named so that the flags do not reach build scripts.
  const built = spawnSync("cargo", ["build", "--release", "--quiet", "--target", host], {
    cwd: folder,
    env: { ...process.env, RUSTFLAGS: coverage.join(" ") },
    stdio: "inherit",
  });
  if (built.status !== 0) throw new Error("the fuzz targets do not build (a C++ compiler is needed as well)");
  return join(process.env.CARGO_TARGET_DIR ?? join(folder, "target"), host, "release");
}

function main(): number {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      seconds: { type: "string", default: "60" },
      cases: { type: "string", default: "5000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return say(usage) ? 0 : 0;
  const chosen = targets().filter((name) => values.only.length === 0 || values.only.includes(name));
  if (chosen.length === 0) throw new Error(`no such target; there are ${targets().join(", ")}`);
  const programs = build();
  const seeds = writeSeeds(join(root, "native", "fuzz", "corpus"));
  say(`${seeds} real files as seeds`);
  let executions = 0;
  let failed = 0;
  for (const name of chosen) {
    const result = runTarget(programs, join(root, "native", "fuzz"), name, Number(values.seconds));
    executions += result.executions;
    failed += result.ok ? 0 : 1;
    say(`${result.ok ? "ok  " : "FAIL"} ${name.padEnd(12)} ${result.executions} executions${result.finding}`);
  }
  say(`${executions} executions, ${failed} of ${chosen.length} targets with a finding`);
  if (Number(values.cases) > 0) failed += propertyTests(values.cases);
  return failed === 0 ? 0 : 1;
}

function propertyTests(cases: string): number {
  say(`property tests, ${cases} cases each`);
  const tests = spawnSync("cargo", ["test", "--release", "--workspace", "--quiet"], {
    cwd: join(root, "native"),
    env: { ...process.env, AMALGAM_FUZZ_CASES: cases },
    stdio: "inherit",
  });
  return tests.status === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`fuzz: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
