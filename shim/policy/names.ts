// Checks the command names of a policy against the commands that native knows. A name that native cannot
// answer may still be sent to Python, where it would go anyway; sending it to native is a mistake.
import { commands, globalFlags } from "../generated/commands.ts";
import type { Positions } from "./positions.ts";
import type { PolicyProblem } from "./problem.ts";
import { suggest } from "./suggest.ts";

const nativeNames: readonly string[] = commands.flatMap((command) => command.names);

/** Looks at whatever stands in the file, so that its names are judged also where the schema found mistakes. */
export function checkNames(policy: unknown, file: string, positions: Positions): PolicyProblem[] {
  const seen = new Map<string, number>();
  const problems: PolicyProblem[] = [];
  for (const [i, route] of list(field(policy, "routes")).entries()) {
    const command = field(route, "command");
    for (const [j, name] of (Array.isArray(command) ? command : [command]).entries()) {
      if (typeof name !== "string" || name === "") continue;
      const path = Array.isArray(command) ? ["routes", i, "command", j] : ["routes", i, "command"];
      const report = (severity: PolicyProblem["severity"], message: string, rest: Partial<PolicyProblem> = {}) =>
        problems.push({ severity, file, ...positions.value(path), message, found: name, ...rest });
      const earlier = seen.get(name) ?? seen.get("*");
      if (earlier !== undefined) report("warning", `has no effect: route ${earlier + 1} decides already`);
      // One that asks for more leaves something over for the routes below it.
      else if (field(route, "flags") === undefined && field(route, "when") === undefined) seen.set(name, i);
      problems.push(...unknownFlags(route, name, i, file, positions));
      if (name === "*" || nativeNames.includes(name)) continue;
      const meant = suggest(name, nativeNames);
      const suggestion = meant === undefined ? {} : { suggestion: meant };
      if (["native", "canary", "shadow"].includes(String(field(route, "mode")))) {
        report("error", "native has no such command", { allowed: [...nativeNames, "*"], ...suggestion });
      } else if (meant !== undefined) {
        report("warning", "native does not know this command; it goes to Python in any case", suggestion);
      }
    }
  }
  return problems;
}

/** Flags that no command line of a native command can have. */
function unknownFlags(route: unknown, name: string, at: number, file: string, positions: Positions): PolicyProblem[] {
  const own = commands.find((one) => one.names.includes(name))?.flags;
  if (own === undefined) return [];
  const known = [...own, ...globalFlags].map(({ long }) => `--${long}`);
  return list(field(route, "flags")).flatMap((flag, i) => {
    if (typeof flag !== "string" || known.includes(flag) || !flag.startsWith("--")) return [];
    const meant = suggest(flag, known);
    const where = positions.value(["routes", at, "flags", i]);
    const message = `${name} has no such flag`;
    return [{ severity: "error" as const, file, ...where, message, found: flag, ...(meant && { suggestion: meant }) }];
  });
}

export function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The primary name of a native command, because that is what the route table speaks in. */
export function primaryName(name: string): string {
  return commands.find((command) => command.names.includes(name))?.names[0] ?? name;
}
