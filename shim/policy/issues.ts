// Turns what the schema library found wrong into problems with positions, allowed values and suggestions.
import type { z } from "zod";
import type { Positions } from "./positions.ts";
import type { PolicyProblem } from "./problem.ts";
import { policyKeys } from "./schema.ts";
import { suggest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

export function problemsOf(issues: readonly Issue[], file: string, positions: Positions): PolicyProblem[] {
  return issues.flatMap((issue) => translate(issue, file, positions));
}

function translate(issue: Issue, file: string, positions: Positions): PolicyProblem[] {
  const { path } = issue;
  const name = pathText(path);
  const problem = (message: string, rest: Partial<PolicyProblem> = {}): PolicyProblem => {
    const found = positions.text(path);
    return {
      severity: "error",
      file,
      ...positions.value(path),
      message,
      ...(found !== undefined && { found }),
      ...rest,
    };
  };
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, path, file, positions));
    case "invalid_value": {
      const allowed = issue.values.map(String);
      const meant = suggest(positions.text(path) ?? "", allowed);
      if (positions.text(path) === undefined) return [missing(issue, file, positions, allowed)];
      return [problem(`${name} has a value that is not allowed`, { allowed, ...(meant && { suggestion: meant }) })];
    }
    case "invalid_type":
      if (positions.text(path) === undefined) return [missing(issue, file, positions)];
      return [problem(`${name || "the policy"} must be ${typeName(issue.expected)}`)];
    case "invalid_union":
      return translateUnion(issue, file, positions);
    case "invalid_key":
      return [problem(`${name} is ${issue.issues[0]?.message ?? issue.message}`)];
    case "too_small":
      if (issue.origin === "number" || issue.origin === "int")
        return [problem(`${name} must be at least ${issue.minimum}`)];
      return [problem(`${name} must not be empty`)];
    case "too_big":
      return [problem(`${name} must be at most ${issue.maximum}`)];
    case "invalid_format":
      return [problem(`${name} is ${issue.message}`)];
    default:
      return [problem(`${name}: ${issue.message}`)];
  }
}

/** What alternatives other than a command or commands amount to, by the key that has them. */
const unions: Record<string, string> = { env: "true, false or text", users: "the name or number of a user" };

/** Of the alternatives only the one that fits what was written is worth a word. */
function translateUnion(issue: Extract<Issue, { code: "invalid_union" }>, file: string, positions: Positions) {
  const found = positions.text(issue.path);
  if (found === undefined) return [missing(issue, file, positions)];
  const branch = issue.errors[found === "a list" ? 1 : 0] ?? [];
  const special = issue.path.map((step) => unions[String(step)]).find((wanted) => wanted !== undefined);
  if (found === "a mapping" || special !== undefined) {
    const where = positions.value(issue.path);
    const wanted = special ?? "a command name or a list of them";
    const message = `${pathText(issue.path)} must be ${wanted}`;
    return [{ severity: "error" as const, file, ...where, message, found }];
  }
  return problemsOf(
    branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
    file,
    positions,
  );
}

function unknownKey(key: string, path: readonly PropertyKey[], file: string, positions: Positions): PolicyProblem {
  const allowed = policyKeys[path.filter((step) => typeof step !== "number").join(".")] ?? [];
  const meant = suggest(key, allowed);
  const within = path.length > 0 ? ` in ${pathText(path)}` : "";
  return {
    severity: "error",
    file,
    ...positions.key(path, key),
    message: `unknown key${within}`,
    found: key,
    allowed,
    ...(meant !== undefined && { suggestion: meant }),
  };
}

function missing(issue: Issue, file: string, positions: Positions, allowed?: readonly string[]): PolicyProblem {
  const where = positions.value(issue.path);
  return {
    severity: "error",
    file,
    ...where,
    message: `${pathText(issue.path)} is missing`,
    ...(allowed && { allowed }),
  };
}

function typeName(expected: string): string {
  const names: Record<string, string> = {
    object: "a mapping",
    array: "a list",
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
  };
  return names[expected] ?? expected;
}

/** `routes[2].mode`, with list positions from 1 as people count. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step + 1}]` : `${i > 0 ? "." : ""}${String(step)}`))
    .join("");
}
