// What this copy of amalgam is and where its programs are.
import path from "node:path";
import { packageRoot, readPackage } from "../engine/package-root.ts";

export function packageVersion(): string {
  return readPackage(packageRoot()).version;
}

/** The launcher, which is what stands on the PATH as `hg`. */
export function launcherPath(): string {
  return path.join(packageRoot(), "bin", "hg");
}

/** The front end's starter. */
export function frontEndPath(): string {
  return path.join(packageRoot(), "bin", "amalgam");
}
