// `amalgam commands`: the command table, for people and, as JSON, for programs that need to know what there is.
import { commands, globalFlags } from "../generated/commands.ts";
import { commandLines } from "../report/commands.ts";
import { styleFor } from "../report/style.ts";
import { done, type Ending } from "./ending.ts";
import { parse, subcommand } from "./parse.ts";

export function run(args: string[]): Promise<Ending> {
  const command = subcommand(
    "commands",
    "Lists every Mercurial command that native answers, with its flags, and which of them go to Python.",
    "amalgam commands --json",
  ).option("--json", "report as JSON");
  return parse(command, args, async () => {
    const text = command.opts<{ json?: true }>().json
      ? JSON.stringify({ commands, globalFlags }, null, 2)
      : commandLines(commands, globalFlags, styleFor(process.stdout), process.stdout.columns ?? 100).join("\n");
    process.stdout.write(`${text}\n`);
    return done;
  });
}
