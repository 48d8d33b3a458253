// For each reason of a fallback, what would remove it: something that the reader can do, or that amalgam lacks.
import { reasons } from "../generated/reasons.ts";

const advice: Record<string, string> = {
  "policy.python": "let a route of the policy say mode: native",
  "policy.broken": "run amalgam policy check, then amalgam policy compile",
  "policy.shadow": "amalgam promote the command, once its comparisons are clean",
  "legacy.changed": "native answers again after a few comparisons without a difference",
  "breaker.demoted": "amalgam rollback lists why; it returns by itself, or by amalgam promote",
  "mode.python": "unset AMALGAM_MODE",
  "legacy.unproven": "install a release of Mercurial that is proven (amalgam doctor lists them)",
  "legacy.facts-missing": "nothing: it goes by itself; amalgam doctor says why if it stays",
  "command.ambiguous": "type the command's whole name",
  "usage.error": "nothing: the command line has a mistake",
  "alias.shell": "let scripts call the command that the alias stands for",
  "alias.complex": "write the alias without $ and ~",
  "config.defaults": "use an alias in place of [defaults]",
  "config.hook": "remove the pre-, post- or fail- hook on this command, where it is not needed",
  "config.broken": "correct the configuration file that hg itself complains of",
  "config.untrusted": "trust the file's owner ([trusted] in your hgrc)",
  "extension.unproven": "do without the extension where it is not needed",
  "environment.encoding": "set a UTF-8 locale",
  "environment.language": "set LANGUAGE=en or HGPLAIN=1",
  "repository.damaged": "run hg verify",
  "requirement.unknown": "hg debugformat tells what the repository's format is",
};

/** What to do about a reason. */
export function adviceFor(reason: string): string {
  return advice[reason] ?? "amalgam does not do this yet";
}

/** The sentence of a reason, as `explain` says it. */
export function sentenceOf(reason: string): string {
  return reasons.find(({ id }) => id === reason)?.sentence ?? "";
}
