// The programs that are measured side by side, as far as this machine has them.
import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

export type Role = "amalgam" | "exec" | "legacy" | "legacy-rust" | "rhg" | "chg" | "git";

export interface Contender {
  role: Role;
  path: string;
  env: Record<string, string>;
}

const root = join(import.meta.dirname, "..", "..");
const anchors = process.env.AMALGAM_ANCHORS ?? join(homedir(), ".cache", "amalgam-anchors");

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isFile);
}

/** What there is: each from its variable, the set-up of this tree, the anchors folder, or PATH. */
export function findContenders(scratch: string): Contender[] {
  const pick = (...paths: (string | undefined)[]): string | undefined =>
    paths.find((path) => path !== undefined && isFile(path));
  const launcher = join(root, "bin", "hg");
  const legacy = pick(
    process.env.AMALGAM_LEGACY_HG,
    join(anchors, "hg-c/bin/hg"),
    join(root, ".venv/bin/hg"),
    onPath("hg"),
  );
  const rust = pick(process.env.AMALGAM_HG_RUST, join(anchors, "hg-rust/bin/hg"));
  const rhg = pick(process.env.AMALGAM_RHG, join(anchors, "rhg"), onPath("rhg"));
  const chg = pick(process.env.AMALGAM_CHG, join(anchors, "chg"), onPath("chg"));
  const git = onPath("git");
  const found: Contender[] = [];
  const add = (role: Role, path: string | undefined, env: Record<string, string> = {}): void => {
    if (path !== undefined) found.push({ role, path, env });
  };
  const home = {
    AMALGAM_HOME: join(scratch, "amalgam-home"),
    AMALGAM_ON_UNSUPPORTED: "abort",
    AMALGAM_TRANSPORT: "exec",
  };
  add(
    "amalgam",
    pick(process.env.AMALGAM_SUBJECT, launcher),
    legacy === undefined ? home : { ...home, AMALGAM_LEGACY_HG: legacy },
  );
  if (legacy !== undefined) {
    // The launcher with nothing native and no server, for what it costs by itself.
    const exec = { AMALGAM_ON_UNSUPPORTED: "fallback", AMALGAM_MODE: "python", AMALGAM_LEGACY_HG: legacy };
    add("exec", pick(process.env.AMALGAM_SUBJECT, launcher), { ...home, ...exec });
  }
  add("legacy", legacy);
  add("legacy-rust", rust);
  add("rhg", rhg, { RHG_ON_UNSUPPORTED: "abort" });
  if (legacy !== undefined) add("chg", chg, { CHGHG: legacy, CHGSOCKNAME: join(scratch, "chg", "server") });
  add("git", git, { GIT_OPTIONAL_LOCKS: "1", GIT_CONFIG_NOSYSTEM: "1" });
  return found;
}
