// `amalgam rollback [COMMAND...]`: sends commands back to Python at once on this machine, or lists what is there.
import { currentRequest, type Demotions, engine } from "../engine/index.ts";
import { demotionLines } from "../report/demotions.ts";
import { styleFor } from "../report/style.ts";
import { done, type Ending, finding, Mistake } from "./ending.ts";
import { parse, subcommand } from "./parse.ts";
import { nativeCommand } from "./promote.ts";

export function run(args: string[]): Promise<Ending> {
  const command = subcommand(
    "rollback",
    "Sends commands back to Python, at once and for all running shells of this user, until amalgam promote. Without a command: lists what is demoted, by hand or by the breaker; exit code 1 when something is.",
    "amalgam rollback log --why 'graph looks odd'",
  )
    .option("--why <text>", "a note for the list")
    .option("--json", "report as JSON")
    .argument("[command...]", "commands of hg");
  return parse(command, args, async () => {
    const { why, json } = command.opts<{ why?: string; json?: true }>();
    const request = currentRequest([]);
    for (const name of command.args.map(nativeCommand)) {
      const error = engine().demote(request, name, why ?? "by hand");
      if (error !== null) throw new Mistake(`${name} was not demoted: ${error}`);
    }
    const demotions: Demotions = engine().demotions(request);
    const text = json
      ? JSON.stringify(demotions, null, 2)
      : demotionLines(demotions, styleFor(process.stdout), process.stdout.columns ?? 100, new Date()).join("\n");
    process.stdout.write(`${text}\n`);
    if (command.args.length > 0) return done;
    return demotions.broken !== undefined || demotions.entries.length > 0 ? finding : done;
  });
}
