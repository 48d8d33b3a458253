// `amalgam setup`: a folder with hg for the PATH, and the line for the shell. It changes no shell file itself.
import path from "node:path";
import { defaultFolder, type Installation, install, Occupied, uninstall } from "../api/install.ts";
import { shellLines } from "../report/shell-lines.ts";
import { styleFor } from "../report/style.ts";
import { done, type Ending, Mistake } from "./ending.ts";
import { parse, subcommand } from "./parse.ts";

export function run(args: string[]): Promise<Ending> {
  const command = subcommand(
    "setup",
    "Makes a folder with amalgam's hg and says how to put it on your PATH.",
    "amalgam setup",
  )
    .option("--dir <folder>", "the folder to use", defaultFolder(process.env))
    .option("--undo", "remove what setup made")
    .option("--json", "report as JSON");
  return parse(command, args, async () => {
    const { dir, undo, json } = command.opts<{ dir: string; undo?: true; json?: true }>();
    const folder = path.resolve(dir);
    const result = act(folder, undo === true);
    if (json) {
      process.stdout.write(
        `${JSON.stringify({ ...result, undone: undo === true, shells: shellLines(folder) }, null, 2)}\n`,
      );
    } else {
      process.stdout.write(`${(undo ? undoText(result) : text(result)).join("\n")}\n`);
    }
    return done;
  });
}

function act(folder: string, undo: boolean): Installation {
  try {
    return undo ? uninstall(folder, process.env) : install(folder, process.env);
  } catch (error) {
    if (error instanceof Occupied)
      throw new Mistake(error.message, ["Move it away, or name another folder with --dir."]);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Mistake(`${folder} cannot be used: ${message}`, ["Name another folder with --dir."]);
  }
}

function text({ folder, changed, onPath }: Installation): string[] {
  const style = styleFor(process.stdout);
  const made = changed.length > 0 ? changed.map((link) => `made ${link}`) : [`${folder} is ready`];
  if (onPath) return [...made, "It is on your PATH.", "To undo it: amalgam setup --undo"];
  const lines = shellLines(folder).map(
    ({ shell, file, line }) => `  ${shell.padEnd(5)} ${style.strong(line)}  # in ${file}`,
  );
  return [
    ...made,
    "",
    "Put it first on your PATH with the line for your shell, then open a new terminal:",
    ...lines,
    "",
    "amalgam doctor then says what is native. To undo it: amalgam setup --undo, and remove the line.",
  ];
}

function undoText({ folder, changed, onPath }: Installation): string[] {
  const removed =
    changed.length > 0 ? changed.map((link) => `removed ${link}`) : [`there is nothing of amalgam's in ${folder}`];
  return onPath
    ? [
        ...removed,
        "Remove the line that puts it on your PATH from your shell's file as well:",
        ...shellLines(folder).map(({ shell, file, line }) => `  ${shell.padEnd(5)} ${line}  # in ${file}`),
      ]
    : removed;
}
