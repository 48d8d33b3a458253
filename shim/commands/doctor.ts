// `amalgam doctor`: what is installed, and what is native in this folder and what is not.
import { diagnose } from "../api/diagnose.ts";
import { diagnosisLines } from "../report/diagnosis.ts";
import { styleFor } from "../report/style.ts";
import { done, type Ending, finding } from "./ending.ts";
import { parse, subcommand } from "./parse.ts";

export function run(args: string[]): Promise<Ending> {
  const command = subcommand(
    "doctor",
    "Says what is installed, and for each native command whether it is native in this folder. Exit code 1 when something keeps amalgam from doing what it could.",
    "amalgam doctor --json",
  ).option("--json", "report as JSON");
  return parse(command, args, async () => {
    const diagnosis = diagnose();
    const text = command.opts<{ json?: true }>().json
      ? JSON.stringify(diagnosis, null, 2)
      : diagnosisLines(diagnosis, styleFor(process.stdout), process.stdout.columns ?? 100).join("\n");
    process.stdout.write(`${text}\n`);
    return diagnosis.findings.length > 0 ? finding : done;
  });
}
