// `amalgam legacy status|stop`: the command servers that answer for the Python Mercurial, which run and ending them.
import { currentRequest, engine, type Server } from "../engine/index.ts";
import { serverLines, stoppedLine } from "../report/servers.ts";
import { styleFor } from "../report/style.ts";
import { done, type Ending, finding, Mistake } from "./ending.ts";
import { parse, subcommand } from "./parse.ts";

export function run(args: string[]): Promise<Ending> {
  const command = subcommand(
    "legacy",
    "status shows the running command servers of the Python Mercurial, stop ends them. Exit code 1 when stop leaves one that still has a command to finish.",
    "amalgam legacy status",
  )
    .usage("[options] status|stop")
    .option("--json", "report as JSON")
    .argument("<action>", "status or stop");
  return parse(command, args, async () => {
    const [action = ""] = command.args;
    const json = command.opts<{ json?: true }>().json === true;
    if (action === "status") return status(json);
    if (action === "stop") return stop(json);
    throw new Mistake(`there is no amalgam legacy ${action}`, ["There are status and stop."]);
  });
}

function status(json: boolean): Ending {
  const request = currentRequest([]);
  const servers: Server[] = engine().servers(request);
  const way = engine().transport(request);
  const text = json
    ? JSON.stringify({ transport: way, servers }, null, 2)
    : serverLines(servers, way, styleFor(process.stdout), process.stdout.columns ?? 100).join("\n");
  process.stdout.write(`${text}\n`);
  return done;
}

function stop(json: boolean): Ending {
  const stopped = engine().stopServers(currentRequest([]));
  process.stdout.write(`${json ? JSON.stringify(stopped, null, 2) : stoppedLine(stopped)}\n`);
  return stopped.left > 0 ? finding : done;
}
