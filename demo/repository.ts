// Provides the repository that the demo works on: the one that was named, or one that is built once with real
// Mercurial and kept. A build that was interrupted leaves nothing behind.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { History, shape } from "./history.ts";
import type { Live } from "./live.ts";

const cache = path.resolve(import.meta.dirname, "..", ".cache", "demo");
const recipe = ["history.ts", "sources.ts", "random.ts"];

/** The root of the repository that holds `folder`, as legacy sees it. */
export async function namedRepository(hg: string, folder: string): Promise<string> {
  const result = await execa(hg, ["root"], { cwd: folder, reject: false });
  if (result.failed)
    throw new Error(`${folder} is not in a Mercurial repository: ${result.stderr || result.shortMessage}`);
  return result.stdout;
}

/** The built repository, from the cache or built now. */
export async function builtRepository(hg: string, live: Live): Promise<string> {
  const hash = createHash("sha256").update(hg);
  for (const file of recipe) hash.update(readFileSync(path.join(import.meta.dirname, file)));
  const finished = path.join(cache, `repository-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(finished)) return finished;
  mkdirSync(cache, { recursive: true });
  for (const old of readdirSync(cache)) rmSync(path.join(cache, old), { recursive: true, force: true });
  await build(hg, finished, live);
  return finished;
}

async function build(hg: string, finished: string, live: Live): Promise<void> {
  const partial = `${finished}.partial`;
  const env = { ...process.env, HGRCPATH: "", HGPLAIN: "1" };
  mkdirSync(partial);
  await execa(hg, ["init", partial], { env });
  const history = new History(hg, partial, env);
  const clean = () => {
    history.kill();
    rmSync(partial, { recursive: true, force: true });
  };
  const interrupted = (signal: NodeJS.Signals) => {
    live.clear();
    clean();
    process.kill(process.pid, signal);
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  const begun = Date.now();
  try {
    await history.build((done) => live.show("building a repository with hg", done, shape.changesets, "changesets"));
    // Files that are as old as the clock's last second make every status look twice; let them age.
    await sleep(1100);
    await execa(hg, ["status"], { cwd: partial, env });
    renameSync(partial, finished);
  } catch (error) {
    clean();
    throw error;
  } finally {
    process.removeListener("SIGINT", interrupted).removeListener("SIGTERM", interrupted);
    live.clear();
  }
  live.line(
    `built ${shape.changesets} changesets over ${shape.files} files in ${((Date.now() - begun) / 1000).toFixed(1)} s`,
  );
}
