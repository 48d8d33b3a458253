// `amalgam promote COMMAND`: makes a command native in the user's policy, where there is evidence that it may be.
import { createTwoFilesPatch } from "diff";
import { carryOut, type Evidence, evidenceFor, planPromotion, usualComparisons } from "../api/promote.ts";
import { currentRequest, engine } from "../engine/index.ts";
import { commands } from "../generated/commands.ts";
import { suggest } from "../policy/suggest.ts";
import { done, type Ending, finding, Mistake } from "./ending.ts";
import { parse, subcommand } from "./parse.ts";

export function run(args: string[]): Promise<Ending> {
  const command = subcommand(
    "promote",
    "Makes a command native in your policy, comments kept, and ends what was held against it by hand. It needs evidence: the parity suite has proven the command against the installed Mercurial, and comparisons behind your own commands found no difference. Exit code 1 when something is missing.",
    "amalgam promote log --dry-run",
  )
    .option("--comparisons <n>", `how many without a difference are wanted (default: ${usualComparisons})`)
    .option("--dry-run", "show the change of the policy and write nothing")
    .option("--json", "report as JSON")
    .argument("<command>", "a command of hg");
  return parse(command, args, async () => {
    const options = command.opts<{ comparisons?: string; dryRun?: true; json?: true }>();
    const name = nativeCommand(command.args[0] ?? "");
    const evidence = evidenceFor(name, wantedComparisons(options.comparisons));
    const promotion = planPromotion(name);
    if (promotion.kind === "broken") throw new Mistake("the policy has errors", ["amalgam policy check names them."]);
    const diff =
      promotion.kind === "change"
        ? createTwoFilesPatch(promotion.file, promotion.file, promotion.before, promotion.after, "", "")
        : "";
    const refused = evidence.missing.length > 0;
    const written = promotion.kind === "change" && !refused && options.dryRun !== true;
    if (written) carryOut(promotion, name);
    else if (!refused && options.dryRun !== true) engine().restore(currentRequest([]), name);
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ command: name, evidence, policy: promotion.kind, diff, written }, null, 2)}\n`,
      );
    } else {
      const lines = [...evidenceLines(name, evidence), ...outcome(promotion.kind, name, refused, written, diff)];
      process.stdout.write(`${lines.join("\n")}\n`);
    }
    return refused ? finding : done;
  });
}

function evidenceLines(name: string, { legacy, proven, clean, missing }: Evidence): string[] {
  if (missing.length > 0) return [`${name} is not promoted; missing:`, ...missing.map((line) => `  ${line}`)];
  return [`${name}: ${proven ? `proven against Mercurial ${legacy}` : ""}, ${clean} comparisons without a difference`];
}

function outcome(kind: string, name: string, refused: boolean, written: boolean, diff: string): string[] {
  if (kind === "no-policy") return [`there is no policy, so ${name} is native already wherever it can be`];
  if (kind === "already") return [`the policy has ${name} native already`];
  if (refused) return [];
  return [written ? "the policy now says, and the route table is made:" : "the policy would say:", diff.trimEnd()];
}

/** The primary name of a command that native has. */
export function nativeCommand(name: string): string {
  const found = commands.find(({ names }) => names.includes(name))?.names[0];
  if (found !== undefined) return found;
  const meant = suggest(
    name,
    commands.flatMap(({ names }) => names),
  );
  throw new Mistake(`native has no command ${name}`, [
    meant ? `Did you mean ${meant}?` : "amalgam commands lists them.",
  ]);
}

function wantedComparisons(text: string | undefined): number {
  if (text === undefined) return usualComparisons;
  if (!/^\d{1,6}$/.test(text)) throw new Mistake(`--comparisons ${text}: not a whole number`);
  return Number(text);
}
