// What `npm run compat -- --generate N` does: the runner's options in, judged results out.
import { join } from "node:path";
import { count, type Options, projectRoot } from "../runner/options.ts";
import { type Judged, type LedgerState, weigh } from "../runner/outcome.ts";
import { type Plan, runCases } from "../runner/run.ts";
import { knownDifferences } from "./known.ts";
import { Session } from "./session.ts";

/** Generated lines for each repository: building one takes as long as some dozen answers. */
const linesEach = 100;

/** A run of generated lines; they have their own ledger, and what differs is made small. */
export async function runGenerated(
  options: Options,
  run: Omit<Plan, "cases" | "fixtures">,
  say: (text: string) => void,
): Promise<{ judged: Judged[]; ledger: LedgerState[] }> {
  const { legacy } = run;
  const lines = count("generate", options.generate ?? "0");
  const seed = options.seed === undefined ? Math.floor(Math.random() * 1e9) : count("seed", options.seed);
  const repositories =
    options.generatedRepositories === undefined
      ? Math.ceil(lines / linesEach)
      : count("repositories", options.generatedRepositories);
  say(
    `${lines} generated command lines on ${repositories} repositories; repeat with --generate ${lines} --repositories ${repositories} --seed ${seed}`,
  );
  const session = await Session.start({
    ...{
      legacy,
      seed,
      lines,
      repositories,
      say,
      cache: run.cache,
      work: run.work,
      settings: run.settings ?? "",
      workers: run.workers,
    },
    table: join(projectRoot, "bin/amalgam"),
    run: (cases, fixtures, keep) =>
      runCases({
        ...run,
        ...{ cases, fixtures, lanes: 1, calibrate: run.calibrate && keep },
        // A trial is one case and about one subject.
        unserved: !keep,
        workers: keep ? run.workers : 1,
        subjects: keep ? run.subjects : run.subjects.slice(0, 1),
      }),
  });
  try {
    const results = await session.run();
    const weighed = weigh(results, knownDifferences(results, legacy.build), () => true);
    const failed = weighed.judged.filter(({ verdict, face }) => verdict === "failed" && face !== "face");
    const [subject] = run.subjects;
    const folder = options.scripts ?? join(run.cache, "reproducers");
    if (subject) await session.shrink(failed, count("shrink", options.shrink ?? "5"), folder, subject);
    return weighed;
  } finally {
    session.stop();
  }
}
