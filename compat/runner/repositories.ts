// Repositories of the user's, as places for cases to run in. Nothing is ever run in the original: it is copied once,
// and once more if it was written to meanwhile, and every run works on copies of that copy.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { copyTree } from "./copy-tree.ts";
import type { Fixture } from "./fixtures.ts";
import { type Stamps, sameStamps, stampTree } from "./snapshot.ts";

const tries = 3;

/** Copies each repository below `folder`; names are those of the folders, made unlike each other. */
export function copyRepositories(paths: readonly string[], folder: string): Fixture[] {
  const names = new Set<string>();
  return paths.map((path) => {
    const root = findRepository(path);
    const base = basename(root).replaceAll(/[^\w.-]/g, "_") || "repository";
    let name = base;
    for (let number = 2; names.has(name); number += 1) name = `${base}-${number}`;
    names.add(name);
    return copyRepository(root, name, join(folder, name));
  });
}

/** The folder itself, as named; a repository has to be there. */
function findRepository(path: string): string {
  const root = resolve(path);
  if (existsSync(join(root, ".hg"))) return realpathSync(root);
  throw new Error(`--repository ${path}: no .hg there: name the folder that holds it`);
}

function copyRepository(root: string, name: string, world: string): Fixture {
  const source = shareSource(root);
  if (source !== undefined && existsSync(join(source, ".hg/sharedpath"))) {
    throw new Error(`--repository ${root}: it shares ${source}, which is a share itself; name a repository of its own`);
  }
  for (let count = 0; count < tries; count += 1) {
    rmSync(world, { recursive: true, force: true });
    mkdirSync(world, { recursive: true });
    const before = source === undefined ? [stampTree(root)] : [stampTree(root), stampTree(source)];
    copyTree(root, join(world, "repo"));
    if (source !== undefined) copyShared(source, world, readFileSync(join(root, ".hg/requires"), "latin1"));
    const after = source === undefined ? [stampTree(root)] : [stampTree(root), stampTree(source)];
    if (!before.every((stamps, index) => sameStamps(stamps, after[index] ?? new Map()))) continue;
    mkdirSync(join(world, "home"), { recursive: true });
    const relocate = source !== undefined && isAbsoluteShare(world) ? ["repo/.hg/sharedpath"] : [];
    return { name, world, key: keyOf(before), relocate, large: true, origin: root };
  }
  throw new Error(`--repository ${root}: it was written to during each of ${tries} attempts to copy it`);
}

/** The folder whose store a share uses; undefined for a repository with a store of its own. */
function shareSource(root: string): string | undefined {
  const file = join(root, ".hg/sharedpath");
  if (!existsSync(file)) return undefined;
  const shared = resolve(join(root, ".hg"), readFileSync(file, "utf8").replace(/\n+$/, ""));
  if (!existsSync(shared)) throw new Error(`--repository ${root}: it shares ${shared}, which does not exist`);
  return dirname(realpathSync(shared));
}

/** Copies what a share uses of its source, and makes the copied share point there and nowhere else. */
function copyShared(source: string, world: string, requires: string): void {
  mkdirSync(join(world, "source"));
  copyTree(join(source, ".hg"), join(world, "source/.hg"));
  const relative = /^relshared$/m.test(requires);
  writeFileSync(join(world, "repo/.hg/sharedpath"), relative ? "../../source/.hg" : `${join(world, "source/.hg")}\n`);
}

const isAbsoluteShare = (world: string): boolean =>
  readFileSync(join(world, "repo/.hg/sharedpath"), "utf8").startsWith("/");

/** Changes when a file does; what is kept of the reference's answers is only good for the same state. */
function keyOf(trees: readonly Stamps[]): string {
  const hash = createHash("sha256");
  for (const stamps of trees) for (const [path, stamp] of stamps) hash.update(`${path}\0${stamp}\n`);
  return hash.digest("hex").slice(0, 16);
}
