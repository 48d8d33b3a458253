// Where set-up finds and puts things. One list, so that every step, .gitignore and the tests agree.
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The tree's root folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** @param {string[]} parts */
const at = (...parts) => path.join(root, ...parts);

export const paths = {
  packageJson: at("package.json"),
  packageLock: at("package-lock.json"),
  nodeModules: at("node_modules"),
  /** Everything that set-up downloads or remembers, apart from node_modules and .venv. */
  cache: at(".cache"),
  /** A Node that is new enough, when the machine's own is not. */
  node: at(".cache", "node"),
  nodeManifest: at("setup", "node"),
  native: at("native"),
  bin: at("bin"),
  launcher: at("bin", "hg"),
  frontEnd: at("bin", "amalgam"),
  addon: at("bin", "amalgam.node"),
  dist: at("dist"),
  bundle: at("dist", "amalgam.js"),
  venv: at(".venv"),
  lock: at(".cache", "setup.lock"),
  /** The file from which npm scripts learn what set-up decided. */
  state: at(".cache", "setup.json"),
};

/** The Mercurial that tests and the demo compare with: the one whose answers are proven. */
export const pinnedMercurial = "7.2.4";
