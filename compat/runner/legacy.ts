// What the reference is: its version, its build, and a key under which its answers may be kept.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { statSync } from "node:fs";

export interface Legacy {
  path: string;
  version: string;
  build: "c" | "rust";
  /** Changes when the installation does. */
  key: string;
}

/** Asks the program at `path` about itself. Throws with a plain message when it is not a usable Mercurial. */
export function identifyLegacy(path: string): Legacy {
  const env = { PATH: process.env.PATH ?? "", HGRCPATH: "", HGPLAIN: "1", HGUSER: "compat", LC_ALL: "C.UTF-8" };
  let version: string;
  let policy: string;
  try {
    version =
      /version ([^)\s]+)/.exec(execFileSync(path, ["version", "-q"], { env, encoding: "utf8" }))?.[1] ?? "unknown";
    const report = execFileSync(path, ["debuginstall", "-T", "{hgmodulepolicy}\n{pythonver}\n{hgmodules}\n"], {
      env,
      encoding: "utf8",
    });
    policy = report;
  } catch (error) {
    throw new Error(
      `the reference ${path} is not a usable Mercurial: ${error instanceof Error ? error.message.split("\n")[0] : ""}`,
    );
  }
  const build = /rust/.test(policy.split("\n")[0] ?? "") ? "rust" : "c";
  const stat = statSync(path);
  const key = createHash("sha256")
    .update([path, version, policy, stat.size, stat.mtimeMs].join("\n"))
    .digest("hex")
    .slice(0, 16);
  return { path, version, build, key };
}
