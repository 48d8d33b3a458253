// Whether the hg that a shell would run is amalgam's launcher.
import { accessSync, constants, realpathSync } from "node:fs";
import path from "node:path";
import { launcherPath } from "./package.ts";

export interface LauncherState {
  path: string;
  built: boolean;
  /** The hg that a shell finds first. */
  firstOnPath?: string;
  /** That one is this launcher. */
  active: boolean;
}

export function findLauncher(env: NodeJS.ProcessEnv, launcher: string = launcherPath()): LauncherState {
  const built = isProgram(launcher);
  const first = (env.PATH ?? "")
    .split(path.delimiter)
    .map((folder) => path.resolve(folder, "hg"))
    .find(isProgram);
  const active = built && first !== undefined && realpathSync(first) === realpathSync(launcher);
  return { path: launcher, built, ...(first !== undefined && { firstOnPath: first }), active };
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
