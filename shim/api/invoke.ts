// Runs one Mercurial command: natively where the engine has the whole answer, otherwise by legacy. What the
// launcher does in its own process, this does in Node.
import { currentRequest, engine, type Request } from "../engine/index.ts";
import type { Ending } from "../legacy/run.ts";
import { writeAnswer, writeMessage } from "./output.ts";

/** The exit code of AMALGAM_ON_UNSUPPORTED=abort. */
const unsupportedExit = 252;

/** Runs `hg ARGS` in this process's surroundings. */
export async function invoke(args: readonly string[]): Promise<Ending> {
  const request = currentRequest(args);
  const answer = engine().answer(request);
  // What belongs in a pager is left to legacy, which starts it.
  if (answer.kind === "answer" && !answer.pager) {
    return { kind: "exit", code: writeAnswer(answer.segments, answer.exitCode) };
  }
  const reason = answer.kind === "answer" ? "terminal.unsupported" : answer.reason;
  if (process.env.AMALGAM_ON_UNSUPPORTED === "abort") {
    writeMessage(`unsupported: ${reason}\n`);
    return { kind: "exit", code: unsupportedExit };
  }
  return fallBack(request, reason);
}

async function fallBack(request: Request, reason: string): Promise<Ending> {
  const { legacyPath, legacyMissing, sentence, detail } = engine().explain(request);
  if (legacyPath === undefined) {
    const command = request.args.map((arg) => arg.toString()).find((word) => !word.startsWith("-"));
    const particular = detail ? `${reason}: ${detail}` : reason;
    writeMessage(
      `amalgam: '${["hg", command].join(" ").trimEnd()}' needs the Python Mercurial, and ${legacyMissing}\n` +
        `(${sentence ?? ""} [${particular}]\n` +
        " install it, for example with 'pip install mercurial', or name it: AMALGAM_LEGACY_HG=/path/to/hg)\n",
    );
    return { kind: "exit", code: 255 };
  }
  const { runLegacy } = await import("../legacy/run.ts");
  const ending = runLegacy(legacyPath, request).catch((error: Error): Ending => {
    writeMessage(`amalgam: cannot run ${legacyPath}: ${error.message}\n`);
    return { kind: "exit", code: 255 };
  });
  // While legacy works, it is asked for the facts that were missing.
  if (reason === "legacy.facts-missing") engine().gatherFacts(request);
  return ending;
}
