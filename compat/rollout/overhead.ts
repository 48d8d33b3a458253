// What routing, journal, shadow and verification add to an invocation: medians of turns that alternate, since the machine's
// mood changes.
import type { Ground } from "./ground.ts";

const turns = 300;

interface Way {
  name: string;
  policy: string | undefined;
  line: string;
  env: Record<string, string>;
}

/** Measures and says it; whether the budgets hold. */
export function overhead(ground: Ground, say: (text: string) => void): boolean {
  const native = 'routes: [{ command: "*", mode: native }]\n';
  const compare = "compare: { atOnce: 1, ci: true, battery: true }\n";
  // Whatever is not native is an error; facts that are missing are gathered first, and neither is part of what is measured.
  const strict = { AMALGAM_ON_UNSUPPORTED: "abort" };
  const bare = { ...strict, AMALGAM_HOME: `${ground.folder}/bare`, AMALGAM_JOURNAL: "" };
  const added = (name: string, budget: number, without: Way, withIt: Way): boolean => {
    const ms = difference(ground, without, withIt);
    const holds = ms <= budget;
    say(
      `${name}: ${ms >= 0 ? "+" : ""}${ms.toFixed(2)} ms an invocation (budget ${budget} ms)${holds ? "" : " MISSED"}`,
    );
    return holds;
  };
  const way = (name: string, policy: string | undefined, env = {}): Way => ({ name, policy, line: "root", env });
  return [
    added("policy and journal", 0.3, way("none", undefined, bare), way("both", native, strict)),
    added(
      "verification",
      2,
      way("native", native),
      way("verify", `${native.replace("native }", "native, verify: 100% }")}${compare}`),
    ),
    added(
      "shadow",
      2,
      way("python", 'routes: [{ command: "*", mode: python }]\n'),
      way("shadow", `routes: [{ command: "*", mode: shadow }]\n${compare}`),
    ),
  ].every(Boolean);
}

/** Milliseconds by which the second way takes longer. */
function difference(ground: Ground, ...ways: [Way, Way]): number {
  const times: [number[], number[]] = [[], []];
  // Few changes of the policy, and each way at both ends of a block.
  for (const block of [0, 1, 1, 0, 0, 1, 1, 0] as const) {
    const { policy, line, env } = ways[block];
    if (policy !== undefined) ground.policy(policy);
    for (let turn = 0; turn < 5; turn += 1) ground.type(line, 0, env);
    for (let turn = 0; turn < turns / 4; turn += 1) {
      const before = process.hrtime.bigint();
      ground.type(line, 0, env);
      times[block].push(Number(process.hrtime.bigint() - before) / 1e6);
    }
  }
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return median(times[1]) - median(times[0]);
}
