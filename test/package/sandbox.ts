// A private home, configuration and repository for end-to-end tests, and the programs under test in it.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../runner/parts.ts";

export const amalgam = path.join(root, "bin", "amalgam");
export const launcher = path.join(root, "bin", "hg");
export const legacy = process.env.AMALGAM_LEGACY_HG ?? path.join(root, ".venv", "bin", "hg");

export interface Result {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  stderr: Buffer;
}

export class Sandbox {
  readonly folder = mkdtempSync(path.join(tmpdir(), "amalgam-test-"));
  readonly home = path.join(this.folder, "home");
  readonly repository = path.join(this.folder, "repository");
  readonly env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: this.home,
    HGRCPATH: path.join(this.folder, "hgrc"),
    LC_ALL: "C.UTF-8",
    AMALGAM_LEGACY_HG: legacy,
    AMALGAM_HOME: path.join(this.folder, "amalgam"),
    // Nothing is to run on after a test.
    AMALGAM_TRANSPORT: "exec",
  };

  constructor() {
    for (const folder of [this.home, this.env.AMALGAM_HOME ?? ""]) mkdirSync(folder);
    writeFileSync(this.env.HGRCPATH ?? "", "[ui]\nusername = tester\n");
  }

  /** A repository with two changesets and a working copy that is not clean. */
  makeRepository(): void {
    const hg = (...args: string[]) => {
      const result = this.run(legacy, args, {}, this.repository);
      if (result.code !== 0) throw new Error(`hg ${args.join(" ")}: ${result.stderr}`);
    };
    mkdirSync(this.repository);
    hg("init");
    this.write("a.txt", "one\n");
    this.write("folder/b.txt", "two\n");
    hg("commit", "-A", "-m", "first", "-d", "0 0");
    this.write("a.txt", "one\nmore\n");
    hg("commit", "-m", "second", "-d", "1 0");
    this.write("folder/b.txt", "changed\n");
    this.write("new.txt", "new\n");
  }

  write(file: string, text: string): void {
    const whole = path.join(this.repository, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }

  /** Runs a program with no standard input; `extra` variables that are undefined are unset. */
  run(program: string, args: string[], extra: NodeJS.ProcessEnv = {}, cwd = this.repository): Result {
    const env = Object.fromEntries(
      Object.entries({ ...this.env, ...extra }).filter(([, value]) => value !== undefined),
    );
    const result = spawnSync(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 });
    if (result.error) throw result.error;
    return { code: result.status, signal: result.signal, stdout: result.stdout, stderr: result.stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
