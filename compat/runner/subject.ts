// What is under test: the launcher, the TypeScript front end, or any other executable set against the reference.
import type { Case } from "./cases.ts";
import type { Answer } from "./execute.ts";
import type { Legacy } from "./legacy.ts";

export interface Subject {
  /** `launcher`, `face` or `other`. */
  name: string;
  program: string[];
  /** Knows AMALGAM_ON_UNSUPPORTED, so that a fallback can be told from a native answer. */
  tellsRoute: boolean;
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
    // What is proven follows from this suite, so it cannot wait for it.
    AMALGAM_UNPROVEN: "answer",
  };
}
