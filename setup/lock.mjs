// Keeps two set-ups in one tree from working at the same time: the second waits for the first. The lock
// names its owner, so that one left behind by a killed process is taken over.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { paths } from "./paths.mjs";

/** Runs `work` while holding the tree's lock. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
export async function locked(work) {
  mkdirSync(path.dirname(paths.lock), { recursive: true });
  for (let waited = 0; !take(); waited += 1) {
    if (waited === 4) process.stderr.write("… waiting for another set-up in this tree\n");
    await sleep(250);
  }
  const release = () => rmSync(paths.lock, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    release();
    process.removeListener("exit", release);
  }
}

function take() {
  try {
    writeFileSync(paths.lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    if (!ownerIsAlive()) rmSync(paths.lock, { force: true });
    return false;
  }
}

function ownerIsAlive() {
  try {
    const owner = Number(readFileSync(paths.lock, "utf8"));
    // An empty file belongs to a process that is just writing its id.
    if (owner === 0) return true;
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}
