// `npm start`: everyday commands on a real repository, answered by the installed Mercurial and by amalgam,
// side by side. Exit code 1 when any answer differs.
//
//   npm start                     on a repository that is built once
//   npm start -- PATH/TO/REPO     on yours; nothing in it is changed
import path from "node:path";
import { styleFor } from "../shim/report/style.ts";
import { commandLines, sampleOf } from "./command-lines.ts";
import { explainDifference } from "./difference.ts";
import { liveOn } from "./live.ts";
import { compare, type Row } from "./measure.ts";
import { nextSteps } from "./next-steps.ts";
import { reasonLines, summaryLine, tableLines } from "./report.ts";
import { builtRepository, namedRepository } from "./repository.ts";

const root = path.resolve(import.meta.dirname, "..");

async function main(args: string[]): Promise<number> {
  const [named, ...more] = args.filter((arg) => arg !== "--");
  if (more.length > 0 || named?.startsWith("-")) {
    process.stderr.write("usage: npm start [-- PATH/TO/REPO]\n");
    return 2;
  }
  const legacy = process.env.AMALGAM_LEGACY_HG;
  if (!legacy) throw new Error("AMALGAM_LEGACY_HG is not set; start this with npm start");
  const live = liveOn(process.stderr);
  const style = styleFor(process.stdout);
  const repository = named ? await namedRepository(legacy, named) : await builtRepository(legacy, live);
  const setting = { launcher: path.join(root, "bin", "hg"), legacy, repository };
  const lines = commandLines(await sampleOf(legacy, repository));
  const rows: Row[] = [];
  for (const [i, line] of lines.entries()) {
    live.show("running everyday commands both ways", i, lines.length, "commands");
    rows.push(await compare(setting, line));
  }
  live.clear();
  const print = (text = "") => process.stdout.write(`${text}\n`);
  print(`\nRepository  ${shortPath(repository)}\nMercurial   ${shortPath(legacy)}\n`);
  for (const text of tableLines(rows, style, process.stdout.columns ?? 100)) print(text);
  print();
  for (const text of reasonLines(rows, style)) print(text);
  print(`\n${summaryLine(rows, style)}`);
  for (const row of rows.filter((one) => !one.identical)) print(await explainDifference(setting, row.args));
  print();
  for (const text of nextSteps(root, style)) print(text);
  return rows.every((row) => row.identical) ? 0 : 1;
}

/** Relative where that is shorter. */
function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative !== "" && !relative.startsWith("..") ? relative : file;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`npm start: ${error.message}\n`);
    process.exitCode = 1;
  },
);
