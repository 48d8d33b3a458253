// Reads one policy file: YAML with positions, then the schema, then what the schema cannot say.
import { readFileSync, statSync } from "node:fs";
import { type Document, LineCounter, parseAllDocuments } from "yaml";
import { problemsOf } from "./issues.ts";
import { checkNames } from "./names.ts";
import { checkNarrowing, ownerOf } from "./narrowing.ts";
import { Positions } from "./positions.ts";
import type { PolicyProblem } from "./problem.ts";
import { type PolicyFile, policySchema } from "./schema.ts";

/** A policy is a page, not a database. */
const maximumSize = 1024 * 1024;

export interface ReadPolicy {
  /** Absent where there was an error. */
  policy?: PolicyFile;
  problems: PolicyProblem[];
}

/** Whose word a policy is: a machine's administrator's and user's, or that of whoever can write to a repository. */
export type Owner = "trusted" | "repository";

/** Reads `file`; undefined where there is none. */
export function readPolicyFile(file: string, owner: Owner = ownerOf(file)): ReadPolicy | undefined {
  const whole = (message: string): ReadPolicy => ({
    problems: [{ severity: "error", file, line: 1, column: 1, message }],
  });
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return whole("this is not a file");
    if (stat.size > maximumSize) return whole(`larger than ${maximumSize / 1024} KiB`);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
    return parsePolicy(text, file, owner);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    return whole(code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "not UTF-8 text" : `cannot be read: ${message}`);
  }
}

/** Checks the text of a policy; `file` is only for messages. */
export function parsePolicy(text: string, file: string, owner: Owner = "trusted"): ReadPolicy {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (!document) return parsePolicy("{}", file, owner);
  const positions = new Positions(document as Document, lines);
  const syntax: PolicyProblem[] = [...document.errors, ...document.warnings].map((error) => ({
    severity: error.name === "YAMLWarning" ? "warning" : "error",
    file,
    ...positions.at(error.pos[0]),
    message: error.message.replace(/\s+/g, " "),
  }));
  const second = Array.isArray(documents) ? documents[1] : undefined;
  if (second) {
    const where = positions.at(second.range[0]);
    syntax.push({ severity: "error", file, ...where, message: "a policy is one YAML document; this is a second one" });
  }
  if (syntax.some((problem) => problem.severity === "error")) return { problems: syntax };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const message = (error as Error).message;
    return { problems: [...syntax, { severity: "error", file, line: 1, column: 1, message }] };
  }
  const result = policySchema.safeParse(value ?? {});
  const shape = result.success ? [] : problemsOf(result.error.issues, file, positions);
  const wide = owner === "repository" ? checkNarrowing(value, file, positions) : [];
  const problems = [...syntax, ...sorted([...shape, ...checkNames(value, file, positions), ...wide])];
  const usable = result.success && problems.every((problem) => problem.severity !== "error");
  return usable ? { policy: result.data, problems } : { problems };
}

function sorted(problems: PolicyProblem[]): PolicyProblem[] {
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}
