// The only place in TypeScript that starts the Python Mercurial. It gets this process's own standard streams,
// so that terminals, pagers and prompts work as without amalgam, and its end is reported exactly.
import { execa } from "execa";
import { asText, shellScript } from "./shell-script.ts";

export interface Invocation {
  args: readonly Buffer[];
  env: readonly [Buffer, Buffer][];
}

export type Ending = { kind: "exit"; code: number } | { kind: "signal"; signal: NodeJS.Signals };

/** Runs `hg ARGS` and waits for its end. Throws when the program cannot be started. */
export async function runLegacy(hg: string, invocation: Invocation): Promise<Ending> {
  const { file, args, env } = command(hg, invocation);
  const ignore = () => {};
  // The terminal sends these to both; legacy decides what they mean.
  const shared = ["SIGINT", "SIGQUIT"] as const;
  for (const signal of shared) process.on(signal, ignore);
  try {
    const child = execa(file, args, { stdio: "inherit", reject: false, env, extendEnv: false, buffer: false });
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => child.kill(signal));
    const result = await child;
    if (result.signal !== undefined) return { kind: "signal", signal: result.signal as NodeJS.Signals };
    if (result.exitCode === undefined) throw new Error(result.originalMessage ?? result.shortMessage);
    return { kind: "exit", code: result.exitCode };
  } finally {
    for (const signal of shared) process.removeListener(signal, ignore);
  }
}

function command(hg: string, { args, env }: Invocation): { file: string; args: string[]; env: Record<string, string> } {
  const texts = args.map(asText);
  const named = env.map(([name, value]) => [asText(name), asText(value)] as const);
  const clean = Object.fromEntries(
    named.filter((pair): pair is [string, string] => pair.every((t) => t !== undefined)),
  );
  if (texts.every((text) => text !== undefined) && named.every((pair) => pair.every((text) => text !== undefined))) {
    return { file: hg, args: texts, env: clean };
  }
  const lost = env.filter((_, i) => named[i]?.some((text) => text === undefined));
  return { file: "/bin/sh", args: ["-c", shellScript(Buffer.from(hg), args, lost), "sh"], env: clean };
}
