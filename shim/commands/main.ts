// Chooses the subcommand. Its own words are few enough to do without a parser.
import { done, type Ending, Mistake, mistake } from "./ending.ts";
import { subcommands } from "./table.ts";

/** Runs `amalgam ARGS`. */
export async function main(args: string[]): Promise<Ending> {
  const [name, ...rest] = args;
  if (name === undefined) {
    process.stderr.write(help());
    return mistake;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(help());
    return done;
  }
  if (name === "--version" || name === "-V") {
    const { packageVersion } = await import("../api/package.ts");
    process.stdout.write(`amalgam ${packageVersion()}\n`);
    return done;
  }
  const subcommand = subcommands.find((one) => one.name === name);
  try {
    if (!subcommand) throw await unknown(name);
    const { run } = await subcommand.load();
    return await run(rest);
  } catch (error) {
    const told = error instanceof Mistake ? error : surroundings(error);
    if (!told) throw error;
    const lines = [`amalgam: ${told.message}`, ...told.advice.map((line) => `  ${line}`)];
    process.stderr.write(`${lines.join("\n")}\n`);
    return mistake;
  }
}

/** Errors of the system that no program is to blame for, and what helps. */
const helps: Readonly<Record<string, string>> = {
  ENOSPC: "Make room on that disk and run it again; what was there before is unchanged.",
  EDQUOT: "Your quota on that disk is used up; what was there before is unchanged.",
  EFBIG: "No file may grow like that here: see ulimit -f.",
  EROFS: "That disk is read-only: AMALGAM_HOME names another folder.",
  EACCES: "Look at the owner and the mode of that file and of the folders around it.",
  EPERM: "Look at the owner and the mode of that file and of the folders around it.",
  EIO: "That disk has a fault.",
  EMFILE: "Too many files are open: see ulimit -n.",
  ENFILE: "Too many files are open on this machine.",
};

/** Such an error in words; undefined for any other. */
function surroundings(error: unknown): Mistake | undefined {
  const { code = "", path = "a file", message = "" } = error as NodeJS.ErrnoException;
  const help = helps[code];
  // "ENOSPC: no space left on device, write"
  const what = /^[A-Z]+: (.*?),/.exec(message)?.[1];
  return help === undefined ? undefined : new Mistake(`${path}: ${what ?? code}`, [help]);
}

async function unknown(name: string): Promise<Mistake> {
  const { suggest } = await import("../policy/suggest.ts");
  const meant = suggest(
    name,
    subcommands.map((one) => one.name),
  );
  const advice = [meant ? `Did you mean amalgam ${meant}?` : "amalgam --help lists what there is."];
  return new Mistake(`there is no subcommand ${name}`, advice);
}

function help(): string {
  const rows = subcommands.map((one) => `  ${one.name.padEnd(10)} ${one.summary}`);
  return `amalgam steers, inspects and explains the hg that answers natively what it is certain of.

usage: amalgam SUBCOMMAND [OPTIONS]

${rows.join("\n")}

example: amalgam explain -- status -mard
Each subcommand has --help. Exit codes: 0 done, 1 a finding, 2 a mistake in usage or configuration.
`;
}
