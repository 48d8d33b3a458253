// Shows where two answers part, for the case that should not be.
import { type Answer, byExec, run, type Setting } from "./measure.ts";

/** The first lines that differ, of stdout, stderr and the exit code. */
export async function explainDifference(setting: Setting, args: string[]): Promise<string> {
  const expected = await run(setting.legacy, args, setting.repository, {});
  const actual = await run(setting.launcher, args, setting.repository, byExec);
  return [`\nhg ${args.join(" ")}`, ...differences(expected, actual)].join("\n");
}

export function differences(expected: Answer, actual: Answer): string[] {
  const lines: string[] = [];
  if (expected.end !== actual.end) lines.push(`  exit code: hg ${expected.end}, amalgam ${actual.end}`);
  for (const stream of ["stdout", "stderr"] as const) {
    if (expected[stream].equals(actual[stream])) continue;
    const [theirs, ours] = [expected[stream], actual[stream]].map((bytes) => bytes.toString("latin1").split("\n"));
    const at = (theirs ?? []).findIndex((line, i) => line !== ours?.[i]);
    const line = at === -1 ? (theirs?.length ?? 0) : at;
    lines.push(`  ${stream}, line ${line + 1}`);
    lines.push(`    hg:      ${JSON.stringify(theirs?.[line] ?? null)}`);
    lines.push(`    amalgam: ${JSON.stringify(ours?.[line] ?? null)}`);
  }
  return lines.length > 0 ? lines : ["  the answers differed once and are the same now"];
}
