// `amalgam policy check | compile | schema | what-if`.
import {
  allLayers,
  allProblems,
  type CompileResult,
  compilePolicy,
  noteCompiler,
  type PolicyPart,
  type PolicyState,
  readPolicy,
} from "../api/policy.ts";
import { replay } from "../api/what-if.ts";
import { policyJsonSchemaText } from "../policy/json-schema.ts";
import { describeProblem, type PolicyProblem } from "../policy/problem.ts";
import { readPolicyFile } from "../policy/read.ts";
import { styleFor } from "../report/style.ts";
import { whatIfLines } from "../report/what-if.ts";
import { done, type Ending, finding, Mistake, mistake } from "./ending.ts";
import { parse, subcommand } from "./parse.ts";

const actions: Record<string, (args: string[]) => Promise<Ending>> = {
  check,
  compile,
  schema,
  "what-if": whatIf,
};
const help = `usage: amalgam policy check|compile|schema|what-if

  check    says everything that is wrong with the policy
  compile  makes the route table that the launcher reads
  schema   prints the policy's JSON Schema
  what-if  replays your journal against another policy: what would move, and what that would save

The policy is YAML: /etc/amalgam/policy.yaml, then ~/.config/amalgam/policy.yaml, whose routes come first.
A repository's .amalgam.yaml can send more commands to Python, and nothing else.

example: amalgam policy check --json
`;

export function run(args: string[]): Promise<Ending> {
  const [name = "", ...rest] = args;
  const action = actions[name];
  if (action) return action(rest);
  if (name === "--help" || name === "-h") {
    process.stdout.write(help);
    return Promise.resolve(done);
  }
  throw new Mistake(name ? `there is no amalgam policy ${name}` : "amalgam policy needs an action", [
    "check, compile, schema or what-if; amalgam policy --help says more.",
  ]);
}

function check(args: string[]): Promise<Ending> {
  const command = subcommand(
    "policy check",
    "Says everything that is wrong with the policy, each with its position.",
    "amalgam policy check my-policy.yaml",
  )
    .option("--json", "report as JSON")
    .argument("[file]", "check this file alone");
  return parse(command, args, async () => {
    const [file] = command.args;
    const state = file === undefined ? readPolicy() : undefined;
    const problems = state ? allProblems(state) : problemsIn(file ?? "");
    if (command.opts<{ json?: true }>().json) {
      const table = state ? { table: state.table, layers: allLayers(state) } : {};
      process.stdout.write(`${JSON.stringify({ ...table, problems }, null, 2)}\n`);
    } else {
      process.stdout.write(`${[...problems.map(describeProblem), ...notes(state, problems)].join("\n")}\n`);
    }
    if (problems.some((problem) => problem.severity === "error")) return mistake;
    return problems.length > 0 ? finding : done;
  });
}

function problemsIn(file: string): PolicyProblem[] {
  const read = readPolicyFile(file);
  if (!read) throw new Mistake(`${file} does not exist`);
  return read.problems;
}

function notes(state: PolicyState | undefined, problems: readonly PolicyProblem[]): string[] {
  if (state && !allLayers(state).some((layer) => layer.exists)) {
    const places = state.layers.map((layer) => layer.file).join(" or ");
    return [`there is no policy, so every native command is on; one would be ${places}`];
  }
  const lines = problems.length === 0 ? ["the policy is in order"] : [];
  const parts = state ? [state, ...(state.repository ? [state.repository] : [])] : [];
  if (parts.some(({ table }) => table === "missing" || table === "outdated")) {
    lines.push("it is not in force yet: amalgam policy compile");
  }
  return lines;
}

function compile(args: string[]): Promise<Ending> {
  const command = subcommand(
    "policy compile",
    "Makes the route table that the launcher reads what the policy says.",
    "amalgam policy compile",
  )
    .option("--json", "report as JSON")
    .option("--keep", "where the policy has errors, keep what was in force before");
  return parse(command, args, async () => {
    const { json, keep = false } = command.opts<{ json?: true; keep?: true }>();
    const state = readPolicy();
    noteCompiler();
    const [own, ...others] = [state, ...(state.repository ? [state.repository] : [])].map((part) => ({
      part,
      result: compilePolicy(part, keep),
    }));
    const compiled = [...(own ? [own] : []), ...others];
    const refused = compiled.map(({ result }) => result).find(({ kind }) => kind === "refused");
    if (json) {
      const repository = others.map(({ result }) => result)[0];
      const report = { ...own?.result, ...(repository && { repository }), problems: allProblems(state) };
      process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      return refused ? mistake : done;
    }
    const problems = allProblems(state).map((problem) => `${describeProblem(problem)}\n`);
    if (refused) {
      process.stderr.write(problems.join(""));
      throw new Mistake(`no route table was made: ${refused.message}`, ["The one that is in force stays as it is."]);
    }
    process.stdout.write([...problems, ...compiled.flatMap(compiledLine)].join(""));
    return done;
  });
}

function compiledLine({ part, result }: { part: PolicyPart; result: CompileResult }): string[] {
  const words = {
    written: "wrote",
    unchanged: "already up to date:",
    removed: "there is no policy; removed",
    none: "there is no policy; nothing at",
    kept: "the policy has errors; what was in force before stays:",
    refused: "",
  };
  // Few repositories have a policy.
  if (result.kind === "none" && part.layers.every(({ scope }) => scope === "repository")) return [];
  return "tableFile" in result ? [`${words[result.kind]} ${result.tableFile}\n`] : [];
}

function schema(args: string[]): Promise<Ending> {
  const command = subcommand(
    "policy schema",
    "Prints the JSON Schema of the policy, for editors.",
    "amalgam policy schema > policy.schema.json",
  );
  return parse(command, args, async () => {
    process.stdout.write(policyJsonSchemaText());
    return done;
  });
}

function whatIf(args: string[]): Promise<Ending> {
  const command = subcommand(
    "policy what-if",
    "Replays your journal against another policy in place of your own: which calls would move, what that would save, and which known differences they would meet.",
    "amalgam policy what-if new-policy.yaml",
  )
    .option("--json", "report as JSON")
    .argument("<file>", "the other policy");
  return parse(command, args, async () => {
    const [file = ""] = command.args;
    const problems = problemsIn(file);
    if (problems.some(({ severity }) => severity === "error")) {
      process.stderr.write(problems.map((problem) => `${describeProblem(problem)}\n`).join(""));
      throw new Mistake(`${file} has errors`);
    }
    const replayed = await replay(file);
    if (replayed === undefined) throw new Mistake("there is no journal to replay", ["amalgam setup begins one."]);
    const text = command.opts<{ json?: true }>().json
      ? JSON.stringify(replayed, null, 2)
      : whatIfLines(replayed, styleFor(process.stdout), process.stdout.columns ?? 100).join("\n");
    process.stdout.write(`${text}\n`);
    return done;
  });
}
