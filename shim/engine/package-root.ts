// Finds amalgam's own folder: from the TypeScript sources as well as from the bundle.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

export interface Package {
  name: string;
  version: string;
}

/** The folder of amalgam's package.json. */
export function packageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "package.json")) && readPackage(folder).name === "amalgam") return folder;
    if (folder === path.dirname(folder)) throw new Error("amalgam's package.json is not above its own code");
  }
}

export function readPackage(folder: string): Package {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
}
