// What a folder holds, cheaply: a stamp per file to see that nothing was touched, and a description (kind, mode,
// content hash), made only when asked for, to say what is different. Names are bytes; they are kept as latin1 strings.
import { createHash } from "node:crypto";
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { canonicalBlackbox } from "./blackbox.ts";
import { canonicalDirstate } from "./dirstate.ts";
import { isExcluded } from "./exclusions.ts";
import { canonicalFncache } from "./fncache.ts";
import { canonicalNodemap } from "./nodemap.ts";

export type Stamps = Map<string, string>;
/** Path to description; only what changed, null where a file has gone. */
export type Changes = Record<string, string | null>;

const bytesOf = (root: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);

/** A stamp of every file and folder below `root`. */
export function stampTree(root: string): Stamps {
  const stamps: Stamps = new Map();
  const visit = (folder: string): void => {
    const entries = readdirSync(bytesOf(root, folder), { encoding: "buffer", withFileTypes: true });
    for (const entry of entries) {
      const name = (entry.name as unknown as Buffer).toString("latin1");
      const path = folder === "" ? name : `${folder}/${name}`;
      const stat = lstatSync(bytesOf(root, path), { bigint: true });
      if (stat.isDirectory()) {
        stamps.set(path, `folder ${stat.mode}`);
        if ((stat.mode & 0o500n) === 0o500n || process.getuid?.() === 0) visit(path);
      } else {
        stamps.set(path, `${stat.ino} ${stat.mode} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`);
      }
    }
  };
  visit("");
  return stamps;
}

/** Whether two sets of stamps show the same untouched tree. */
export function sameStamps(a: Stamps, b: Stamps): boolean {
  if (a.size !== b.size) return false;
  for (const [path, stamp] of a) if (b.get(path) !== stamp) return false;
  return true;
}

/** Says what a path holds now. */
export function describePath(root: string, path: string): string {
  const full = bytesOf(root, path);
  const stat: BigIntStats = lstatSync(full, { bigint: true });
  const mode = (stat.mode & 0o7777n).toString(8);
  if (stat.isDirectory()) return `folder ${mode}`;
  if (stat.isSymbolicLink()) return `link ${readlinkSync(full, { encoding: "buffer" }).toString("latin1")}`;
  if (!stat.isFile()) return `special ${stat.mode.toString(8)}`;
  let content: Buffer;
  try {
    content = readFileSync(full);
  } catch {
    return `unreadable ${mode} ${stat.size}`;
  }
  const said = canonical(path, full, content);
  const hash = createHash("sha256")
    .update(said?.listing ?? content)
    .digest("hex");
  return said === undefined ? `file ${mode} ${stat.size} ${hash}` : `${said.kind} ${mode} ${hash}`;
}

/** What kind of file it is and a listing, where files of other bytes can say the same. */
function canonical(path: string, full: Buffer, content: Buffer): { kind: string; listing: string } | undefined {
  const found = formats.find(({ end }) => path.endsWith(end));
  const listing = found?.list(content, full);
  return found === undefined || listing === undefined ? undefined : { kind: found.kind, listing };
}

const formats: readonly { end: string; kind: string; list: (content: Buffer, full: Buffer) => string | undefined }[] = [
  {
    end: "/.hg/dirstate",
    kind: "dirstate",
    list: (content, full) => canonicalDirstate(content, full.subarray(0, -"/dirstate".length)),
  },
  { end: "/.hg/blackbox.log", kind: "blackbox", list: canonicalBlackbox },
  { end: "/.hg/store/fncache", kind: "fncache", list: canonicalFncache },
  { end: "/.hg/store/00changelog.n", kind: "nodemap", list: canonicalNodemap },
  { end: "/.hg/store/00manifest.n", kind: "nodemap", list: canonicalNodemap },
];

/** Describes paths of a tree that does not change, each once. */
export function describer(root: string): (path: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (path) => {
    if (!known.has(path)) known.set(path, existsAt(root, path) ? describePath(root, path) : undefined);
    return known.get(path);
  };
}

const existsAt = (root: string, path: string): boolean =>
  lstatSync(bytesOf(root, path), { throwIfNoEntry: false }) !== undefined;

/** The paths whose stamps differ. */
export function changedPaths(before: Stamps, after: Stamps): string[] {
  const changed = [...after].filter(([path, stamp]) => before.get(path) !== stamp).map(([path]) => path);
  return [...changed, ...[...before.keys()].filter((path) => !after.has(path))];
}

/** What differs from the pristine tree, leaving out the documented exclusions. */
export function changesSince(
  root: string,
  before: Stamps,
  pristine: (path: string) => string | undefined,
  after: Stamps,
): Changes {
  const changes: Changes = {};
  for (const [path, stamp] of after) {
    if (before.get(path) === stamp || isExcluded(path)) continue;
    const now = describePath(root, path);
    if (pristine(path) !== now) changes[path] = now;
  }
  for (const path of before.keys()) if (!after.has(path) && !isExcluded(path)) changes[path] = null;
  return changes;
}
