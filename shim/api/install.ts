// Puts the launcher where a PATH can name it, as links in a folder of their own, so that nothing else of a
// shared folder is touched and undoing it is one removal. A link whose target is gone is passed over by the
// shell: the next hg on the PATH answers then.
import { existsSync, lstatSync, mkdirSync, readlinkSync, rmdirSync, symlinkSync, unlinkSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { currentRequest, engine } from "../engine/index.ts";
import { readPackage } from "../engine/package-root.ts";
import { frontEndPath, launcherPath } from "./package.ts";
import { noteCompiler } from "./policy.ts";

export interface Installation {
  folder: string;
  /** What was made or removed now; empty when all was as wanted. */
  changed: string[];
  onPath: boolean;
}

/** The folder that is used unless another is named. */
export function defaultFolder(env: NodeJS.ProcessEnv): string {
  if (env.AMALGAM_HOME) return path.join(env.AMALGAM_HOME, "bin");
  const data = env.XDG_DATA_HOME?.startsWith("/") ? env.XDG_DATA_HOME : path.join(homedir(), ".local", "share");
  return path.join(data, "amalgam", "bin");
}

/** Makes the links; throws an Occupied when something else stands in their place. */
export function install(folder: string, env: NodeJS.ProcessEnv): Installation {
  mkdirSync(folder, { recursive: true });
  const changed: string[] = [];
  for (const [name, target] of links()) {
    const link = path.join(folder, name);
    const there = linkTarget(link);
    if (there === target) continue;
    if (there !== undefined) removeOwn(link, there);
    symlinkSync(target, link);
    changed.push(link);
  }
  makeJournalFolder();
  noteCompiler();
  return { folder, changed, onPath: isOnPath(folder, env) };
}

/** The launcher keeps a journal where its folder is. Where none can be, there is none. */
function makeJournalFolder(): void {
  const { state } = engine().layout(currentRequest([]));
  if (state === undefined) return;
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 });
  } catch {}
}

/** Removes the links, and the folder when nothing else is in it. */
export function uninstall(folder: string, env: NodeJS.ProcessEnv): Installation {
  const changed: string[] = [];
  for (const [name] of links()) {
    const link = path.join(folder, name);
    const there = linkTarget(link);
    if (there === undefined) continue;
    removeOwn(link, there);
    changed.push(link);
  }
  try {
    rmdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
  return { folder, changed, onPath: isOnPath(folder, env) };
}

/** Something that amalgam did not put there. */
export class Occupied extends Error {}

function links(): [name: string, target: string][] {
  return [
    ["hg", launcherPath()],
    ["amalgam", frontEndPath()],
  ];
}

/** Where a link leads, the empty string for what is no link, undefined for nothing. */
function linkTarget(file: string): string | undefined {
  try {
    return lstatSync(file).isSymbolicLink() ? readlinkSync(file) : "";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Removes a link of ours: one into some amalgam's bin folder, or one whose target is gone. */
function removeOwn(link: string, target: string): void {
  if (target === "" || !isOurs(target)) throw new Occupied(`${link} is there already and is not amalgam's`);
  unlinkSync(link);
}

function isOurs(target: string): boolean {
  if (!existsSync(target)) return true;
  try {
    return readPackage(path.join(path.dirname(target), "..")).name === "amalgam";
  } catch {
    return false;
  }
}

function isOnPath(folder: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? "").split(path.delimiter).includes(folder);
}
