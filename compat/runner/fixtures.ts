// Builds the repositories that cases run in, once per script content and reference, with the real hg.
// A script's header comments steer it: `# from: NAME` starts from another fixture, `# relocate: FILE` names a
// file that holds the absolute folder and is rewritten where the fixture is copied to.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyTree } from "./copy-tree.ts";
import { processEnvironment } from "./environment.ts";
import type { Legacy } from "./legacy.ts";
import { keepFolder, killGroup, mark, markName, temporaryFolder, track } from "./processes.ts";

export interface Fixture {
  name: string;
  /** The finished folder in the cache. */
  world: string;
  key: string;
  relocate: string[];
  /** Put back path by path instead of as a whole. */
  large?: boolean;
  /** The repository of the user's that `repo` is a copy of. */
  origin?: string;
}

interface Script {
  name: string;
  path: string;
  text: string;
  from: string | undefined;
  relocate: string[];
}

const buildLimitMs = 300_000;
const warmHelper = join(import.meta.dirname, "warm.py");
const scriptsFolder = join(import.meta.dirname, "..", "fixtures");

/** Names of all fixtures. */
export function fixtureNames(): Set<string> {
  return new Set(
    readdirSync(scriptsFolder)
      .filter((file) => file.endsWith(".sh") && file !== "lib.sh")
      .map((file) => file.replace(/\.sh$/, "")),
  );
}

/** Builds fixtures on demand below `cache`; concurrent requests for one name share the work. */
export class FixtureCache {
  readonly #cache: string;
  readonly #legacy: Legacy;
  readonly #pending = new Map<string, Promise<Fixture>>();
  readonly #library: string;
  readonly #extra = new Map<string, string>();
  /** The socket of a server that runs the scripts' commands. */
  readonly #server: string | undefined;
  readonly #variables: Record<string, string>;

  /** `server` makes scripts fast; only those that were added are run with it. `variables` are for the scripts. */
  constructor(cache: string, legacy: Legacy, server?: string, variables: Record<string, string> = {}) {
    this.#server = server;
    this.#variables = variables;
    this.#cache = cache;
    this.#legacy = legacy;
    this.#library = readFileSync(join(scriptsFolder, "lib.sh"), "utf8");
    mkdirSync(cache, { recursive: true });
  }

  /** Adds a script that is no file; it is kept in the cache for whoever wants to read it. */
  add(name: string, text: string): void {
    const path = join(this.#cache, `${name}.sh`);
    writeFileSync(path, text);
    this.#extra.set(name, path);
  }

  /** Adds a place that is there already. */
  addFixture(fixture: Fixture): void {
    this.#pending.set(fixture.name, Promise.resolve(fixture));
  }

  get(name: string): Promise<Fixture> {
    let pending = this.#pending.get(name);
    if (!pending) {
      pending = this.#build(readScript(name, this.#extra.get(name) ?? join(scriptsFolder, `${name}.sh`)));
      this.#pending.set(name, pending);
    }
    return pending;
  }

  async #build(script: Script): Promise<Fixture> {
    const base = script.from === undefined ? undefined : await this.get(script.from);
    const variables = Object.keys(this.#variables).join(" ");
    const parts = [this.#legacy.key, this.#library, script.text, base?.key ?? "", `layout 1${variables}`];
    const key = createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
    const folder = join(this.#cache, `${script.name}-${key}`);
    const relocate = [...new Set([...(base?.relocate ?? []), ...script.relocate])];
    const fixture: Fixture = { name: script.name, world: join(folder, "world"), key, relocate };
    if (existsSync(join(folder, "done"))) return fixture;
    removeStale(this.#cache, script.name);
    const building = `${folder}.building-${process.pid}`;
    rmSync(building, { recursive: true, force: true });
    mkdirSync(building, { recursive: true });
    // The name of the folder may end up in files (shares), so it is built where it will stay.
    const world = fixture.world;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const clear = [temporaryFolder(building), temporaryFolder(folder)] as const;
    let done = false;
    try {
      if (base) copyWorld(base, world);
      else mkdirSync(world);
      writeFileSync(join(building, "hgrc"), buildSettings);
      await this.#run(script, world, join(building, "hgrc"));
      writeFileSync(join(folder, "done"), "");
      keepFolder(folder);
      done = true;
      return fixture;
    } finally {
      clear[0]();
      if (!done) clear[1]();
    }
  }

  #run(script: Script, world: string, rc: string): Promise<void> {
    const warm = this.#server !== undefined && this.#extra.has(script.name);
    const env = {
      ...(warm ? buildEnvironment(this.#cache, this.#legacy) : processEnvironment(world, rc)),
      HOME: `${world}/home`,
      HG: warm ? warmHelper : this.#legacy.path,
      ...(warm ? { WARM_HG: this.#legacy.path, WARM_ADDRESS: this.#server } : {}),
      W: world,
      BUILD: this.#legacy.build,
      HGPLAIN: "1",
      ...this.#variables,
      [markName]: mark,
    };
    return new Promise((resolve, reject) => {
      const child = spawn(
        "/bin/sh",
        ["-eu", "-c", `. "$0"; . "$1"; finish`, join(scriptsFolder, "lib.sh"), script.path],
        {
          cwd: world,
          env,
          stdio: ["ignore", "pipe", "pipe"],
          detached: true,
        },
      );
      track(child);
      const timer = setTimeout(() => {
        said += `no end after ${buildLimitMs} ms\n`;
        killGroup(child, "SIGKILL");
      }, buildLimitMs);
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
      child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
      child.on("error", reject);
      child.on("close", (code) => {
        clearTimeout(timer);
        if (code === 0) resolve();
        else reject(new Error(`fixture ${script.name} failed (${code}):\n${said}`));
      });
    });
  }
}

/** The environment of a server that builds fixtures in `cache`. */
export function buildEnvironment(cache: string, legacy: Legacy): Record<string, string> {
  mkdirSync(cache, { recursive: true });
  const rc = join(cache, "build.hgrc");
  writeFileSync(rc, buildSettings);
  return { ...processEnvironment(cache, rc), HGPLAIN: "1", CHGHG: legacy.path };
}

export const buildSettings = `[ui]
username = Test User <test@example.org>
merge = :merge3
[phases]
new-commit = draft
[extensions]
`;

function removeStale(cache: string, name: string): void {
  for (const entry of readdirSync(cache)) {
    if (new RegExp(`^${name}-[0-9a-f]{16}$`).test(entry)) rmSync(join(cache, entry), { recursive: true, force: true });
  }
}

function readScript(name: string, path: string): Script {
  const text = readFileSync(path, "utf8");
  const header = (key: string): string[] =>
    [...text.matchAll(new RegExp(`^# ${key}: (.+)$`, "gm"))].map((match) => match[1] ?? "");
  return {
    name,
    path,
    text,
    from: header("from")[0],
    relocate: header("relocate").flatMap((line) => line.split(/\s+/)),
  };
}

/**
 * Puts back what was touched in a copy of a fixture, which is much faster than copying it again. False when the copy
 * has to be made anew: outside `.hg` the times of folders matter, and a name may need more than this does.
 */
export function restore(fixture: Fixture, target: string, touched: readonly string[]): boolean {
  const simple = (path: string): boolean =>
    /\/\.hg\/[\x21-\x7e]+$/.test(path) && !path.endsWith("/.hg/hgrc") && !fixture.relocate.includes(path);
  if (touched.length > 40 || !touched.every(simple)) return false;
  for (const path of touched) rmSync(join(target, path), { recursive: true, force: true, maxRetries: 5 });
  const kept = touched.filter((path) => lstatSync(join(fixture.world, path), { throwIfNoEntry: false }) !== undefined);
  if (kept.length > 0) execFileSync("cp", ["-a", "--parents", "--", ...kept, target], { cwd: fixture.world });
  return true;
}

/** Copies a fixture to `target`, keeping times and links, and rewrites the files that hold its absolute folder. */
export function copyWorld(fixture: Fixture, target: string): void {
  rmSync(target, { recursive: true, force: true, maxRetries: 5 });
  copyTree(fixture.world, target);
  for (const file of fixture.relocate) {
    const path = join(target, file);
    // A step that would have made it may have failed.
    if (!existsSync(path)) continue;
    writeFileSync(path, readFileSync(path, "latin1").replaceAll(fixture.world, target), "latin1");
  }
}
