// Copies of whole trees. Blocks are shared with the original where the file system can (reflinks), which is safe:
// writing to one never shows in the other. Hard links are not used: a program that writes in place would reach
// through them, and what is compared here is not trusted.
import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";

let portable: boolean | undefined;

/** Copies a folder or file to a path that does not exist, with modes, times and links. */
export function copyTree(from: string | Buffer, to: string | Buffer): void {
  const [source, target] = [from, to].map((path) => path.toString("latin1"));
  if (portable !== true) {
    try {
      copy(["-a", "--reflink=auto", "--"], source ?? "", target ?? "");
      portable = false;
      return;
    } catch (error) {
      // Only where cp knows no --reflink is there another way.
      if (portable === false || !/reflink|illegal option|unrecognized/.test(said(error))) throw copyError(error);
      portable = true;
    }
  }
  try {
    copy(["-pPR", "--"], source ?? "", target ?? "");
  } catch (error) {
    throw copyError(error);
  }
}

const copy = (options: string[], from: string, to: string): void => onTwo("cp", options, from, to);

/** Runs a program on two paths. Names are bytes, and Node hands over text: a shell puts them together again. */
function onTwo(program: string, options: string[], from: string, to: string): void {
  const plain = (path: string): boolean => /^[\x20-\x7e]*$/.test(path);
  if (plain(from) && plain(to)) {
    execFileSync(program, [...options, from, to], { stdio: ["ignore", "ignore", "pipe"] });
    return;
  }
  const octal = (path: string): string =>
    [...path].map((char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`).join("");
  const script = `a=$(printf '${octal(from)}/'); b=$(printf '${octal(to)}/'); exec ${program} ${options.join(" ")} "\${a%/}" "\${b%/}"`;
  execFileSync("/bin/sh", ["-c", script], { stdio: ["ignore", "ignore", "pipe"] });
}

const said = (error: unknown): string => String((error as { stderr?: Buffer }).stderr ?? "");

function copyError(error: unknown): Error {
  const lines = said(error).trim().split("\n");
  return new Error(`copying failed: ${lines.slice(0, 3).join("; ") || (error as Error).message}`);
}

/** Puts paths below `target` back as they are below `source`, and the times of the folders that hold them. */
export function restorePaths(source: string, target: string, paths: readonly string[]): void {
  const at = (root: string, path: string): Buffer =>
    Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
  const folders = new Set<string>();
  // A folder comes before what it holds.
  for (const path of [...paths].sort()) {
    const [from, to] = [at(source, path), at(target, path)];
    const wanted = lstatSync(from, { throwIfNoEntry: false });
    const there = lstatSync(to, { throwIfNoEntry: false });
    folders.add(dirname(path));
    if (wanted?.isDirectory() && there?.isDirectory()) {
      folders.add(path);
      continue;
    }
    rmSync(to, { recursive: true, force: true });
    if (!wanted) continue;
    mkdirSync(at(target, dirname(path)), { recursive: true });
    copyTree(from, to);
  }
  for (const folder of [...folders].sort().reverse()) {
    const [from, to] = folder === "." ? [source, target] : [at(source, folder), at(target, folder)];
    const stat = lstatSync(from, { throwIfNoEntry: false });
    if (!stat) continue;
    chmodSync(to, stat.mode & 0o7777);
    // Node rounds times; what a dirstate says of folders is exact.
    onTwo("touch", ["-h", "-r"], from.toString("latin1"), to.toString("latin1"));
  }
}
