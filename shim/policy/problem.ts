// A mistake in a policy file, with everything a person needs to mend it: where it is, what was found, what is
// allowed. All mistakes of a file are reported at once.

export interface PolicyProblem {
  /** An error keeps the policy from being used; a warning does not. */
  severity: "error" | "warning";
  file: string;
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column: number;
  message: string;
  /** What stands there, where that is a single value. */
  found?: string;
  allowed?: readonly string[];
  /** The allowed value that was probably meant. */
  suggestion?: string;
}

/** `file:line:column: error: message`, and the rest on lines of its own. */
export function describeProblem(problem: PolicyProblem): string {
  const { file, line, column, severity, message, found, allowed, suggestion } = problem;
  const lines = [`${file}:${line}:${column}: ${severity}: ${message}`];
  if (found !== undefined) lines.push(`  found: ${found}`);
  if (allowed !== undefined && allowed.length > 0) lines.push(`  allowed: ${allowed.join(", ")}`);
  if (suggestion !== undefined) lines.push(`  did you mean ${suggestion}?`);
  return lines.join("\n");
}
