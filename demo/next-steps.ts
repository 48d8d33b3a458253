// How to go on from the demo to using amalgam.
import { accessSync, constants } from "node:fs";
import path from "node:path";
import type { Style } from "../shim/report/style.ts";

export function nextSteps(root: string, style: Style, env: NodeJS.ProcessEnv = process.env): string[] {
  const lines = [
    "To use it, put its hg before yours on your PATH:",
    `  ${style.strong(`${path.join(root, "bin", "amalgam")} setup`)}`,
  ];
  const folders = (env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== path.join(root, "bin"));
  if (!folders.some((folder) => isProgram(path.join(folder, "hg")))) {
    lines.push(
      "There is no other hg on your PATH. What amalgam does not answer itself needs one:",
      `  ${style.strong("python3 -m pip install --user mercurial")}`,
    );
  }
  return lines;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
