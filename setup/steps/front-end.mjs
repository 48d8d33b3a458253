// Bundles the TypeScript front end and writes bin/amalgam, which starts it on the Node that set-up chose.
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { paths, root } from "../paths.mjs";
import { Problem } from "../problem.mjs";
import { isExecutable, run } from "../run.mjs";
import { fingerprint, isStamped, writeWhole } from "../stamp.mjs";

const bundler = path.join(root, "setup", "bundle.mjs");

/** @param {string} node */
export async function buildFrontEnd(node) {
  const starter = `#!/bin/sh\n# Written by set-up.\nexec ${quote(node)} ${quote(paths.bundle)} "$@"\n`;
  const sources = listSources(path.join(root, "shim")).map((file) => {
    const { size, mtimeMs } = statSync(file);
    return `${path.relative(root, file)} ${size} ${mtimeMs}`;
  });
  const stamp = fingerprint([starter, ...sources], [paths.packageLock, bundler]);
  const stampFile = path.join(paths.dist, ".stamp");
  if (isStamped(stampFile, stamp) && isExecutable(paths.frontEnd)) return undefined;
  const result = await run(node, [bundler], { cwd: root });
  if (result.code !== 0)
    throw new Problem("the front end could not be bundled", ["The lines above say why."], result.tail);
  writeWhole(paths.frontEnd, starter, 0o755);
  writeWhole(stampFile, stamp);
  return "bundled";
}

/** @param {string} folder */
function listSources(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** For a shell. @param {string} text */
function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
