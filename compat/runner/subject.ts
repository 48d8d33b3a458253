// What is under test: the launcher, the TypeScript front end, or any other executable set against the reference.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./cases.ts";
import { processEnvironment } from "./environment.ts";
import { type Answer, execute } from "./execute.ts";
import type { Legacy } from "./legacy.ts";
import { projectRoot } from "./options.ts";
import type { Transport } from "./transports.ts";

export interface Subject {
  /** `launcher`, `face` or `other`. */
  name: string;
  program: string[];
  /** Knows AMALGAM_ON_UNSUPPORTED, so that a fallback can be told from a native answer. */
  tellsRoute: boolean;
}

/** What `--subject` names, or amalgam's two faces; with `--transport` the launcher alone, with native set aside. */
export async function findSubjects(
  { subject: named, transport }: { subject?: string | undefined; transport?: Transport | undefined },
  legacy: Legacy,
  work: string,
): Promise<Subject[]> {
  if (transport !== undefined) {
    const program = named ?? join(projectRoot, "bin/hg");
    if (!existsSync(program)) throw new Error(`the subject ${program} does not exist`);
    return [{ name: transport, program: [program], tellsRoute: false }];
  }
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`the subject ${named} does not exist`);
    return [{ name: "subject", program: [named], tellsRoute: await tellsRoute(named, legacy, work) }];
  }
  const found: Subject[] = [];
  const launcher = join(projectRoot, "bin/hg");
  const face = join(projectRoot, "bin/amalgam");
  if (existsSync(launcher)) found.push({ name: "launcher", program: [launcher], tellsRoute: true });
  if (existsSync(face)) found.push({ name: "face", program: [face, "hg", "--"], tellsRoute: true });
  if (found.length > 0) return found;
  throw new Error("bin/hg does not exist: run npm run setup, or name a program with --subject PATH");
}

/** Whether a program says that it has no native answer; one that does not is taken as it is. */
async function tellsRoute(program: string, legacy: Legacy, work: string): Promise<boolean> {
  const answer = await execute({
    program: [program],
    args: [Buffer.from("no-such-command-of-any")],
    shell: undefined,
    cwd: work,
    env: { ...processEnvironment(work, "/dev/null"), ...subjectEnvironment(legacy, work, "abort") },
    stdin: undefined,
    tty: undefined,
    scratch: work,
    timeoutMs: 30_000,
  });
  return answer.code === 252 && answer.stderr.includes("unsupported: ");
}

/** Why a subject has no native answer, if it says so: with exit code 252, or, in shell text, at any of its commands. */
export function unsupportedReason(one: Case, answer: Answer): string | undefined {
  if (one.shell === undefined && answer.code !== 252) return undefined;
  // A terminal shows both streams as one, and shell text may send either anywhere.
  const said =
    one.shell === undefined && one.tty === undefined ? answer.stderr : Buffer.concat([answer.stderr, answer.stdout]);
  const text = said.toString("latin1");
  const reason = /^(?:hg: |amalgam: )?unsupported: ([a-z-]+\.[a-z-]+)/m.exec(text)?.[1];
  // Where shell text closes stderr, only the printed exit code is left to tell.
  return reason ?? (one.shell !== undefined && /^252$/m.test(text) ? "not.shown" : undefined);
}

/** Environment that points a subject at the reference. */
export function subjectEnvironment(
  legacy: Legacy,
  home: string,
  onUnsupported: "abort" | "fallback",
): Record<string, string> {
  return {
    AMALGAM_LEGACY_HG: legacy.path,
    AMALGAM_HOME: home,
    AMALGAM_ON_UNSUPPORTED: onUnsupported,
    // The way to legacy is compared by runs of its own.
    AMALGAM_TRANSPORT: "exec",
    // What is proven follows from this suite, so it cannot wait for it.
    AMALGAM_UNPROVEN: "answer",
  };
}
