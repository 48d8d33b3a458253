// What the reference is: its version, its build, and a key under which its answers may be kept.
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { mark, markName } from "./processes.ts";

export interface Legacy {
  path: string;
  version: string;
  build: "c" | "rust";
  /** Changes when the installation does. */
  key: string;
}

/** Time for each of two questions. */
const timeout = 30_000;

/** Asks the program at `path` about itself. Throws with a plain message when it is not a usable Mercurial. */
export function identifyLegacy(path: string): Legacy {
  const env = { PATH: process.env.PATH ?? "", HGRCPATH: "", HGPLAIN: "1", HGUSER: "compat", LC_ALL: "C.UTF-8" };
  const options: ExecFileSyncOptionsWithStringEncoding = {
    env: { ...env, [markName]: mark },
    timeout,
    killSignal: "SIGKILL",
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  };
  let version: string;
  let policy: string;
  try {
    version = /version ([^)\s]+)/.exec(execFileSync(path, ["version", "-q"], options))?.[1] ?? "unknown";
    policy = execFileSync(path, ["debuginstall", "-T", "{hgmodulepolicy}\n{pythonver}\n{hgmodules}\n"], options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ETIMEDOUT" ? `it did not end within ${timeout / 1000} s` : message.split("\n")[0];
    throw new Error(`the reference ${path} is not a usable Mercurial: ${why}`);
  }
  if (version === "unknown") throw new Error(`the reference ${path} is not a usable Mercurial: it names no version`);
  const build = /rust/.test(policy.split("\n")[0] ?? "") ? "rust" : "c";
  const stat = statSync(path);
  const key = createHash("sha256")
    .update([path, version, policy, stat.size, stat.mtimeMs].join("\n"))
    .digest("hex")
    .slice(0, 16);
  return { path, version, build, key };
}
