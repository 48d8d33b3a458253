// `amalgam hg -- ARGS`: the launcher's work in Node. Its arguments are Mercurial's and are not looked at, and
// it does without the parser of the other subcommands, because it has to start fast.
import { invoke } from "../api/invoke.ts";
import { done, type Ending } from "./ending.ts";

const help = `usage: amalgam hg -- ARGS

Runs a Mercurial command: in this process where the engine has the answer, otherwise by the Python Mercurial.
Output, exit code and signals are those of hg.

example: amalgam hg -- status -mard
`;

export async function run(args: string[]): Promise<Ending> {
  if (args[0] === "--help" || args[0] === "-h") {
    process.stdout.write(help);
    return done;
  }
  return invoke(args[0] === "--" ? args.slice(1) : args);
}
