// One case from start to end: the reference's answer, the subject with fallback forbidden, the subject as people
// use it, and what that means for the case.
import type { AnswerCache } from "./answers.ts";
import type { Case } from "./cases.ts";
import { compareOutcomes, type Difference, visible } from "./judge.ts";
import type { Legacy } from "./legacy.ts";
import { isServed, type Oracle, type OraclePool } from "./oracle.ts";
import type { Outcome, Slot } from "./slot.ts";
import { type Subject, subjectEnvironment, unsupportedReason } from "./subject.ts";

export interface Result {
  id: string;
  command: string;
  fixture: string;
  face: string;
  /** Whether the native engine answered; undefined when the subject cannot tell. */
  native: boolean | undefined;
  /** Why not. */
  reason: string | undefined;
  differences: Difference[];
  reproduce: string;
}

export interface Setting {
  legacy: Legacy;
  home: string;
  answers: AnswerCache | undefined;
  oracle: Oracle;
  /** The servers to ask; without them every answer comes from a fresh process. */
  pool: OraclePool | undefined;
  slot: Slot;
  /** Whether a run that falls back is made, which only starts the reference again. */
  fallsBack: (one: Case) => boolean;
}

/** The reference's outcome, kept or asked for. */
async function legacyOutcome(one: Case, setting: Setting): Promise<Outcome> {
  const known = setting.answers?.get(one);
  if (known) return known;
  const asked = setting.pool && isServed(one) ? await setting.slot.ask(one, setting.oracle, setting.pool) : undefined;
  const outcome = asked ?? (await setting.slot.run(one, [setting.legacy.path], {}));
  setting.answers?.put(one, outcome);
  return outcome;
}

/** Runs a case on one subject. */
export async function compareCase(one: Case, subject: Subject, setting: Setting): Promise<Result> {
  const { slot, legacy, home } = setting;
  const expected = await legacyOutcome(one, setting);
  const differences: Difference[] = [];
  let native: boolean | undefined;
  let reason: string | undefined;
  if (subject.tellsRoute) {
    const strict = await slot.run(one, subject.program, subjectEnvironment(legacy, home, "abort"));
    reason = unsupportedReason(one, strict.answer);
    native = reason === undefined;
    if (native) {
      differences.push(...compareOutcomes(expected, strict));
    } else {
      // Shell text writes by itself, and a terminal shows the reason as output.
      const quiet = one.shell === undefined && one.tty === undefined;
      if (quiet && strict.answer.stdout.length > 0)
        differences.push({ what: "wrote", text: `output before giving up: ${visible(strict.answer.stdout)}` });
      if (quiet && Object.keys(strict.changes).length > 0)
        differences.push({
          what: "wrote",
          text: `files changed before giving up: ${Object.keys(strict.changes).join(", ")}`,
        });
      if (one.native === "required") differences.push({ what: "fallback", text: visible(strict.answer.stderr).trim() });
    }
    if (native && one.native === "forbidden")
      differences.push({ what: "native", text: "answered natively although that is forbidden here" });
  }
  // A native answer that was identical needs no second look: only the wish to abort differs, and nothing reads it.
  if (native === undefined || ((!native || differences.length > 0) && setting.fallsBack(one))) {
    const usual = await slot.run(
      one,
      subject.program,
      subject.tellsRoute ? subjectEnvironment(legacy, home, "fallback") : {},
    );
    for (const difference of compareOutcomes(expected, usual)) {
      const word = native === false ? `when falling back:\n${difference.text}` : difference.text;
      if (!differences.some((other) => other.what === difference.what && other.text === difference.text)) {
        differences.push({ what: difference.what, text: word });
      }
    }
  }
  return {
    id: one.id,
    command: one.command,
    fixture: one.fixture,
    face: subject.name,
    native,
    reason,
    differences,
    reproduce: "",
  };
}
