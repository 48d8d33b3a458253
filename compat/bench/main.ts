// npm run bench: amalgam beside legacy, legacy with Rust, rhg, chg and git, in one run, with the budgets.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { stopServers as endServers, serversOf } from "../runner/servers.ts";
import { findContenders, type Role } from "./contenders.ts";
import { type Measured, measure } from "./measure.ts";
import { verdicts, workloadText } from "./report.ts";
import { benchEnvironment, bigFolder, makeSmall, subjects } from "./repositories.ts";
import { ofHistory, workloads } from "./workloads.ts";

const usage = `usage: npm run bench -- [options]

Measures amalgam beside the other programs that this machine has, run by turns, and checks the budgets.

  --only TEXT      only workloads whose "repository: name" contains TEXT; may be repeated
  --small          only the small repository
  --history DIR    only the workloads of a long history, asked of the repository in DIR
  --make           build the big repositories first if they are missing (minutes, 2 GB)
  --without ROLE   leave out legacy, legacy-rust, rhg, chg or git; may be repeated
  --seconds N      time for each workload (default 8)
  --json FILE      write all figures (default: bench-results.json)

Programs are found by AMALGAM_LEGACY_HG, AMALGAM_HG_RUST, AMALGAM_RHG, AMALGAM_CHG, in AMALGAM_ANCHORS, or on PATH.`;

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

function main(): number {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      without: { type: "string", multiple: true, default: [] },
      small: { type: "boolean", default: false },
      history: { type: "string" },
      make: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      seconds: { type: "string", default: "8" },
      json: { type: "string", default: "bench-results.json" },
    },
  });
  if (values.help) return say(usage) ? 0 : 0;
  const scratch = mkdtempSync(join(tmpdir(), "amalgam-bench-"));
  try {
    const contenders = findContenders(scratch).filter(({ role }) => !values.without.includes(role));
    const path = (role: Role): string | undefined => contenders.find((contender) => contender.role === role)?.path;
    const legacy = path("legacy");
    if (legacy === undefined) throw new Error("no Mercurial found: run npm run setup, or set AMALGAM_LEGACY_HG");
    if (path("amalgam") === undefined) throw new Error("bin/hg does not exist: run npm run setup");
    if (values.make) makeBig(legacy, path("legacy-rust"));
    const base = benchEnvironment(scratch);
    const small = makeSmall(scratch, legacy);
    const results: Measured[] = [];
    const history = values.history === undefined ? undefined : resolve(values.history);
    for (const workload of history === undefined ? workloads : ofHistory(...subjects(history, legacy, base))) {
      const isSmall = workload.repository === "small" || workload.repository === "none";
      const label = `${workload.repository}: ${workload.name}`;
      if ((values.small && !isSmall) || (values.only.length > 0 && !values.only.some((text) => label.includes(text))))
        continue;
      const folder = isSmall ? small : (history ?? join(bigFolder(), workload.repository));
      if (!existsSync(join(folder, ".hg"))) {
        say(`${label}\n  left out: the repository is not there (--make builds it)\n`);
        continue;
      }
      // The second dirstate format is legacy's own only with its Rust extension.
      const rust = path("legacy-rust");
      const fitting = contenders.map((one) =>
        one.role === "amalgam" && workload.repository.endsWith("v2") && rust
          ? { ...one, env: { ...one.env, AMALGAM_LEGACY_HG: rust } }
          : one,
      );
      const measured = measure(workload, fitting, folder, base, Number(values.seconds));
      results.push(measured);
      say(`${workloadText(measured)}\n`);
    }
    const budgets = results.flatMap((measured) => verdicts(measured));
    const missed = budgets.filter(({ holds }) => !holds).length;
    writeFileSync(values.json, `${JSON.stringify({ processors: availableParallelism(), results }, undefined, 1)}\n`);
    say(
      `${results.length} workloads, ${budgets.length - missed} budgets held, ${missed} missed; figures in ${values.json}`,
    );
    return 0;
  } finally {
    stopChg(scratch);
    stopServers(scratch);
    rmSync(scratch, { recursive: true, force: true });
  }
}

function makeBig(legacy: string, rust: string | undefined): void {
  const more = rust === undefined ? [] : ["--hg-rust", rust];
  const args = [join(import.meta.dirname, "make-repos.py"), "--into", bigFolder(), "--hg", legacy, ...more];
  const { status } = spawnSync("python3", args, { stdio: "inherit" });
  if (status !== 0) throw new Error("the big repositories could not be built");
}

/** chg's server ends itself when its socket is gone; asking it to is quicker. */
function stopChg(scratch: string): void {
  const chg = findContenders(scratch).find(({ role }) => role === "chg");
  if (chg) spawnSync(chg.path, ["--kill-chg-daemon"], { env: { ...benchEnvironment(scratch), ...chg.env } });
}

/** amalgam's servers of legacy, and what each holds in memory. */
function stopServers(scratch: string): void {
  const home = join(scratch, "amalgam-home");
  for (const pid of serversOf(home)) {
    try {
      const pss = /^Pss: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
      if (pss !== undefined) say(`a command server holds ${(Number(pss) / 1024).toFixed(0)} MiB`);
    } catch {
      // It has ended.
    }
  }
  endServers(home);
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
