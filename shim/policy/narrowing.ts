// A repository's own policy can send commands to Python and nothing else: whoever can write to a repository must not be
// able to choose programs, or what native answers.
import path from "node:path";
import { field, list } from "./names.ts";
import type { Positions } from "./positions.ts";
import type { PolicyProblem } from "./problem.ts";
import type { Owner } from "./read.ts";

/** The file in a repository's root. */
export const repositoryFile = ".amalgam.yaml";

/** Whose word the file is, by its name. */
export function ownerOf(file: string): Owner {
  return path.basename(file) === repositoryFile ? "repository" : "trusted";
}

/** What only the system's or the user's policy can say. */
export function checkNarrowing(policy: unknown, file: string, positions: Positions): PolicyProblem[] {
  const only = "only the policy of the system or of the user can say this";
  const keys = typeof policy === "object" && policy !== null ? Object.keys(policy) : [];
  const wide = keys.filter((key) => key !== "version" && key !== "routes");
  const problems: PolicyProblem[] = wide.map((key) => ({
    severity: "error",
    file,
    ...positions.key([], key),
    message: only,
    found: key,
  }));
  for (const [at, route] of list(field(policy, "routes")).entries()) {
    const mode = field(route, "mode");
    if (mode === "python" || typeof mode !== "string") continue;
    const where = positions.value(["routes", at, "mode"]);
    const message = "a repository's policy can only send commands to Python";
    problems.push({ severity: "error", file, ...where, message, found: mode, allowed: ["python"] });
  }
  return problems;
}
