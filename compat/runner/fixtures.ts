// Builds the repositories that cases run in, once per script content and reference, with the real hg.
// A script's header comments steer it: `# from: NAME` starts from another fixture, `# relocate: FILE` names a
// file that holds the absolute folder and is rewritten where the fixture is copied to.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processEnvironment } from "./environment.ts";
import type { Legacy } from "./legacy.ts";

export interface Fixture {
  name: string;
  /** The finished folder in the cache. */
  world: string;
  key: string;
  relocate: string[];
}

interface Script {
  name: string;
  path: string;
  text: string;
  from: string | undefined;
  relocate: string[];
}

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

  constructor(cache: string, legacy: Legacy) {
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
    const parts = [this.#legacy.key, this.#library, script.text, base?.key ?? "", "layout 1"];
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
    if (base) copyWorld(base, world);
    else mkdirSync(world);
    writeFileSync(join(building, "hgrc"), buildSettings);
    await this.#run(script, world, join(building, "hgrc"));
    writeFileSync(join(folder, "done"), "");
    rmSync(building, { recursive: true, force: true });
    return fixture;
  }

  #run(script: Script, world: string, rc: string): Promise<void> {
    const env = {
      ...processEnvironment(world, rc),
      HG: this.#legacy.path,
      W: world,
      BUILD: this.#legacy.build,
      HGPLAIN: "1",
    };
    return new Promise((resolve, reject) => {
      const child = spawn(
        "/bin/sh",
        ["-eu", "-c", `. "$0"; . "$1"; finish`, join(scriptsFolder, "lib.sh"), script.path],
        {
          cwd: world,
          env,
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
      child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
      child.on("error", reject);
      child.on("close", (code) => {
        if (code === 0) resolve();
        else reject(new Error(`fixture ${script.name} failed (${code}):\n${said}`));
      });
    });
  }
}

const buildSettings = `[ui]
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

/** Copies a fixture to `target`, keeping times and links, and rewrites the files that hold its absolute folder. */
export function copyWorld(fixture: Fixture, target: string): void {
  rmSync(target, { recursive: true, force: true });
  execFileSync("cp", ["-a", "--", fixture.world, target]);
  for (const file of fixture.relocate) {
    const path = join(target, file);
    writeFileSync(path, readFileSync(path, "latin1").replaceAll(fixture.world, target), "latin1");
  }
}
