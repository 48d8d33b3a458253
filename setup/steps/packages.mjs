// Installs the npm packages exactly as the lock file names them.
import path from "node:path";
import { paths, root } from "../paths.mjs";
import { Problem } from "../problem.mjs";
import { findAll, run } from "../run.mjs";
import { fingerprint, isStamped, writeWhole } from "../stamp.mjs";
import { npmProgram } from "./node.mjs";

/** @param {string} node */
export async function installPackages(node) {
  const stampFile = path.join(paths.nodeModules, ".amalgam-stamp");
  const stamp = fingerprint([process.platform, process.arch], [paths.packageJson, paths.packageLock]);
  if (isStamped(stampFile, stamp)) return undefined;
  const npm = npmProgram();
  if (!npm && findAll("npm").length === 0) {
    throw new Problem("npm is not installed", ["Install npm (it comes with Node) and run the same command again."]);
  }
  const options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"];
  // Node comes first on the PATH, so that npm's own children run on it as well.
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}` };
  const result = npm
    ? await run(node, [npm, ...options], { cwd: root, env })
    : await run("npm", options, { cwd: root, env });
  if (result.code !== 0) {
    throw new Problem(
      "npm could not install the packages that package-lock.json names",
      ["Check the network and npm's registry settings, then run the same command again."],
      result.tail,
    );
  }
  writeWhole(stampFile, stamp);
  const added = /added (\d+) packages/.exec(result.tail)?.[1];
  return added ? `${added} installed` : "installed";
}
