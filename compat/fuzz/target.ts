// Runs one fuzz target for a while and reads what it says of itself.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

export interface FuzzResult {
  ok: boolean;
  executions: number;
  /** Where the input lies that failed, as text to append; empty when none did. */
  finding: string;
}

/** Runs the target `name` for `seconds`, starting from its corpus below `folder`. */
export function runTarget(programs: string, folder: string, name: string, seconds: number): FuzzResult {
  const corpus = join(folder, "corpus", name);
  const findings = join(folder, "findings", name);
  mkdirSync(corpus, { recursive: true });
  mkdirSync(findings, { recursive: true });
  const run = spawnSync(
    join(programs, name),
    [
      corpus,
      `-max_total_time=${seconds}`,
      "-print_final_stats=1",
      "-rss_limit_mb=2048",
      "-malloc_limit_mb=512",
      "-timeout=10",
      "-max_len=65536",
      `-artifact_prefix=${findings}/`,
    ],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const executed = /^stat::number_of_executed_units:\s*(\d+)/m.exec(run.stderr ?? "");
  const finding = /Test unit written to (\S+)/.exec(run.stderr ?? "");
  const why = /panicked at (.*\n.*)/.exec(run.stderr ?? "")?.[1]?.replace("\n", " ") ?? "";
  return {
    ok: run.status === 0,
    executions: Number(executed?.[1] ?? 0),
    finding: run.status === 0 ? "" : `\n     ${finding?.[1] ?? `exit ${run.status ?? run.signal}`} ${why}`,
  };
}
