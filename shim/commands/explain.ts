// `amalgam explain -- ARGS`: who answers a command line, step by step. Nothing is run.
import { currentRequest, engine } from "../engine/index.ts";
import { explanationLines } from "../report/explanation.ts";
import { styleFor } from "../report/style.ts";
import { done, type Ending } from "./ending.ts";
import { parse, splitAtDashes, subcommand } from "./parse.ts";

export function run(args: string[]): Promise<Ending> {
  const [own, hgArguments] = splitAtDashes(args);
  const command = subcommand(
    "explain",
    "Says who answers a Mercurial command line, and why, step by step. Nothing is run; a command may still find a reason to leave its answer to Python.",
    "amalgam explain -- status -mard",
  )
    .usage("[options] -- ARGS")
    .option("--json", "report as JSON")
    .argument("[args...]", "the command line, without hg");
  return parse(command, own, async () => {
    const line = [...command.args, ...hgArguments];
    const request = currentRequest(line);
    const route = engine().explain(request);
    // How legacy is reached matters where it answers.
    const falls = route.answeredBy === "legacy" && route.legacyPath !== undefined;
    const explanation = falls ? { ...route, way: engine().transport(request) } : route;
    const text = command.opts<{ json?: true }>().json
      ? JSON.stringify({ args: line, ...explanation }, null, 2)
      : explanationLines(line.join(" "), explanation, styleFor(process.stdout)).join("\n");
    process.stdout.write(`${text}\n`);
    return done;
  });
}
