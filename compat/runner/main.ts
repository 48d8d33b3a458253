// The parity runner's entry: chooses what to do, and is the only place that sets the exit code and hears signals.
import { checkFiles } from "./command-check.ts";
import { mergeCommand } from "./command-merge.ts";
import { runCommand } from "./command-run.ts";
import { readOptions } from "./options.ts";
import { endAll } from "./processes.ts";
import { usage } from "./usage.ts";

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (options.action === "merge") return mergeCommand(options);
  if (options.action === "check") return checkFiles(options);
  return runCommand(options);
}

for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
] as const) {
  process.once(signal, () => {
    endAll();
    process.exit(128 + number);
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isOption = (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
  const hint = isOption ? "\nparity: --help lists the options" : "";
  process.stderr.write(`${error instanceof Error ? `parity: ${error.message}${hint}` : error}\n`);
  process.exitCode = 2;
} finally {
  endAll();
}
