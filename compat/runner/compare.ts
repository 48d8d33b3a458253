// One case on one subject: with fallback forbidden, and as people use it, against the reference's answer.
import type { Case } from "./cases.ts";
import { compareOutcomes, type Difference, visible } from "./judge.ts";
import type { Legacy } from "./legacy.ts";
import { type Reference, unstable } from "./reference.ts";
import { type Shown, show } from "./shown.ts";
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
  /** What the reference itself did otherwise the second time: `-` the first, `+` the second answer. */
  nondeterministic?: Difference[] | undefined;
  /** Both answers, and the reference's second, where there is something to see. */
  answers?: { legacy: Shown; again?: Shown; subject?: Shown } | undefined;
  /** How long the subject took, all its runs together. */
  milliseconds?: number | undefined;
  source?: Case["source"];
}

export interface Setting {
  legacy: Legacy;
  home: string;
  slot: Slot;
  /** Whether a run that falls back is made, which only starts the reference again. */
  fallsBack: (one: Case) => boolean;
}

/** What every result of a case has. */
export function emptyResult(one: Case, face: string): Result {
  const { id, command, fixture, source } = one;
  return { id, command, fixture, face, native: undefined, reason: undefined, differences: [], reproduce: "", source };
}

/** A failure for a case that could not be judged. */
export function notJudged(one: Case, face: string, difference: Difference): Result {
  return { ...emptyResult(one, face), differences: [difference] };
}

/** Runs a case on one subject. */
export async function compareCase(
  one: Case,
  subject: Subject,
  reference: Reference,
  setting: Setting,
): Promise<Result> {
  const { slot, legacy, home } = setting;
  if (reference.trouble !== undefined) {
    const result = notJudged(one, subject.name, { what: "reference", text: reference.trouble });
    return { ...result, answers: { legacy: show(reference.outcome) } };
  }
  const begun = performance.now();
  const run = (wish: "abort" | "fallback"): Promise<Outcome> =>
    slot.run(one, subject.program, subject.tellsRoute ? subjectEnvironment(legacy, home, wish) : {});
  const against = comparer(reference);
  const differences: Difference[] = [];
  let native: boolean | undefined;
  let reason: string | undefined;
  let seen: Outcome | undefined;
  if (subject.tellsRoute) {
    const strict = await run("abort");
    reason = unsupportedReason(one, strict.answer);
    native = reason === undefined;
    seen = strict;
    differences.push(...(native ? against(strict) : wroteEarly(one, strict)));
    if (!native && one.native === "required") {
      differences.push({ what: "fallback", text: visible(strict.answer.stderr).trim() });
    }
    if (native && one.native === "forbidden")
      differences.push({ what: "native", text: "answered natively although that is forbidden here" });
  }
  // A native answer that was identical needs no second look: only the wish to abort differs, and nothing reads it.
  if (native === undefined || ((!native || differences.length > 0) && setting.fallsBack(one))) {
    const usual = await run("fallback");
    if (native !== true) seen = usual;
    for (const difference of against(usual)) {
      const word = native === false ? `when falling back:\n${difference.text}` : difference.text;
      if (!differences.some((other) => other.what === difference.what && other.text === difference.text)) {
        differences.push({ what: difference.what, text: word });
      }
    }
  }
  const milliseconds = Math.round(performance.now() - begun);
  const wavers = unstable(reference);
  const answers = differences.length + wavers.length > 0 ? { answers: shownAnswers(reference, seen) } : {};
  const nondeterministic = wavers.length > 0 ? { nondeterministic: wavers } : {};
  return {
    ...emptyResult(one, subject.name),
    native,
    reason,
    differences,
    milliseconds,
    ...nondeterministic,
    ...answers,
  };
}

/** What a subject said or did although it then gave up. */
function wroteEarly(one: Case, { answer, changes }: Outcome): Difference[] {
  // Shell text writes by itself, and a terminal shows the reason as output.
  if (one.shell !== undefined || one.tty !== undefined) return [];
  const touched = Object.keys(changes);
  return [
    ...(answer.stdout.length > 0 ? [`output before giving up: ${visible(answer.stdout)}`] : []),
    ...(touched.length > 0 ? [`files changed before giving up: ${touched.join(", ")}`] : []),
  ].map((text) => ({ what: "wrote", text }));
}

/** Compares with the reference in everything in which the reference agrees with itself. */
function comparer({ outcome, again }: Reference): (subject: Outcome) => Difference[] {
  if (again === undefined) return (subject) => compareOutcomes(outcome, subject);
  const parts = new Set(compareOutcomes(outcome, again).map(({ what }) => what));
  const paths = [...Object.keys(outcome.changes), ...Object.keys(again.changes)];
  const wavering = new Set(paths.filter((path) => outcome.changes[path] !== again.changes[path]));
  const settled = ({ answer, changes }: Outcome): Outcome => ({
    answer,
    changes: Object.fromEntries(Object.entries(changes).filter(([path]) => !wavering.has(path))),
  });
  return (subject) =>
    compareOutcomes(settled(outcome), settled(subject)).filter(({ what }) => what === "files" || !parts.has(what));
}

function shownAnswers({ outcome, again }: Reference, seen: Outcome | undefined): Result["answers"] {
  return {
    legacy: show(outcome),
    ...(again === undefined ? {} : { again: show(again) }),
    ...(seen === undefined ? {} : { subject: show(seen) }),
  };
}
