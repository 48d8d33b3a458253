// One way to declare a subcommand's options: commander, with our exit codes and an example in every help.
import { Command, CommanderError } from "commander";
import { done, type Ending, mistake } from "./ending.ts";

/** A commander command called `amalgam NAME`, which reports instead of exiting. */
export function subcommand(name: string, description: string, example: string): Command {
  return new Command(`amalgam ${name}`)
    .description(description)
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", `\nexample: ${example}`)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
}

/** Parses `args` and runs the command's action; help is done, a wrong option is a mistake. */
export async function parse(command: Command, args: string[], act: () => Promise<Ending>): Promise<Ending> {
  try {
    await command.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? done : mistake;
    throw error;
  }
  return act();
}

/** Own options before the first `--`, and everything after it. */
export function splitAtDashes(args: string[]): [own: string[], rest: string[]] {
  const at = args.indexOf("--");
  return at === -1 ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}
