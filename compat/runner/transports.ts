// Runs in which every command goes to legacy, each time by the same way: what they compare is the way, not native.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentOf } from "./environment.ts";
import type { Answer } from "./execute.ts";
import type { Legacy } from "./legacy.ts";

/** exec: the launcher replaces itself. warm: a command server answers, wherever the launcher lets it. */
export const transports = ["exec", "warm"] as const;
export type Transport = (typeof transports)[number];

/** `base` with what has legacy answer every command this way; legacy itself gets the same, for commands that show it. */
export function transportEnvironment(
  base: EnvironmentOf,
  transport: Transport,
  legacy: Legacy,
  work: string,
): EnvironmentOf {
  const own = {
    AMALGAM_LEGACY_HG: legacy.path,
    AMALGAM_HOME: join(work, "amalgam-home"),
    AMALGAM_MODE: "python",
    AMALGAM_TRANSPORT: transport,
    AMALGAM_UNPROVEN: "answer",
    AMALGAM_JOURNAL: journalFile(work),
  };
  return (world, rc) => ({ ...base(world, rc), ...own });
}

const outerFrames =
  /^(Traceback \(most recent call last\):\r?\n)(?: .*\n)*?(?= {2}File "[^"\n]*\/mercurial\/dispatch\.py", line \d+, in dispatch\r?$)/gm;

/** A traceback without the frames above the command: they tell how its process was started, and are the known difference. */
export function withoutOuterFrames(answer: Answer): Answer {
  const clean = (text: Buffer): Buffer =>
    text.includes("Traceback") ? Buffer.from(text.toString("latin1").replace(outerFrames, "$1"), "latin1") : text;
  return { ...answer, stdout: clean(answer.stdout), stderr: clean(answer.stderr) };
}

/** Where the launcher writes who answered. */
const journalFile = (work: string): string => join(work, "journal");

/** How many commands of the run each way was taken by. */
export function transportLine(work: string): string {
  const file = journalFile(work);
  const lines = existsSync(file) ? readFileSync(file, "latin1").split("\n").filter(Boolean) : [];
  const warm = lines.filter((line) => line.includes('"answer":"warm"')).length;
  return `${warm} commands by a command server, ${lines.length - warm} by exec`;
}
