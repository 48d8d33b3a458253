// Runs one part of the suite: its output goes through as it comes and is kept for counting.
import { spawn } from "node:child_process";
import { type Counts, failures } from "./counts.ts";
import { type Part, root } from "./parts.ts";

export interface Result extends Counts {
  /** What failed, as far as the part names it. */
  names: string[];
}

/** A part that fails without a failed test counts as one failure, so that it cannot pass unnoticed. */
export function settle(code: number | null, counts: Counts | undefined): Counts {
  const known = counts ?? { passed: 0, failed: 0 };
  const silent = code !== 0 || known.passed + known.failed === 0;
  return silent && known.failed === 0 ? { ...known, failed: 1 } : known;
}

export function runPart(part: Part): Promise<Result> {
  const [program = "", ...args] = part.command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: colourful() });
    const chunks: Buffer[] = [];
    const pass = (stream: NodeJS.WriteStream) => (chunk: Buffer) => {
      chunks.push(chunk);
      stream.write(chunk);
    };
    child.stdout.on("data", pass(process.stdout));
    child.stderr.on("data", pass(process.stderr));
    child.on("error", (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      resolve({ ...settle(null, undefined), names: [] });
    });
    child.on("close", (code) => {
      const output = Buffer.concat(chunks).toString("utf8");
      const counts = part.count(output);
      if (!counts) process.stderr.write(`${part.title}: no result was printed (exit code ${code})\n`);
      resolve({ ...settle(code, counts), names: failures(output, part.failure) });
    });
  });
}

function colourful(): NodeJS.ProcessEnv {
  return process.stdout.isTTY ? { ...process.env, FORCE_COLOR: "1", CARGO_TERM_COLOR: "always" } : process.env;
}
