// A world for tests of the runner as a program: a folder that passes for a repository, and scripts that pass for
// Mercurial, so that one can hang, die, lie or leave a lock behind.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../runner/parts.ts";

const main = path.join(root, "compat", "runner", "main.ts");

/** What every fake answers: who it is, and what the repository holds. */
const common = `#!/bin/sh
case "$1" in
version) echo 'Mercurial Distributed SCM (version 7.2.4)' ;;
debuginstall) printf 'c\\n3\\n/\\n' ;;
files) printf 'a.txt\\000dir/b.txt\\000dir/caf\\351.txt\\000' ;;
log) case "$3" in tip) printf '4\\000' ;; *) printf 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\000' ;; esac ;;
branches) printf 'default\\000' ;;
tags) printf 'tip\\000it'"'"'s\\000' ;;
bookmarks | serve | no-such-command-of-any) exit 1 ;;
`;

export class Fake {
  readonly folder = mkdtempSync(path.join(tmpdir(), "amalgam-fake-"));
  readonly repository = path.join(this.folder, "big repo");
  readonly temporary = path.join(this.folder, "tmp");
  readonly env = {
    PATH: process.env.PATH ?? "",
    TMPDIR: this.temporary,
    AMALGAM_COMPAT_CACHE: path.join(this.folder, "cache"),
    HOME: this.folder,
  };

  constructor() {
    for (const folder of [this.temporary, path.join(this.repository, ".hg/store"), path.join(this.repository, "dir")])
      mkdirSync(folder, { recursive: true });
    this.write("big repo/.hg/requires", "store\n");
    for (const name of ["a.txt", "dir/b.txt", ".hg/store/data"]) this.write(`big repo/${name}`, `content of ${name}\n`);
  }

  /** Writes a file below the folder and returns its path. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** A script that answers what every fake does, and what `arms` (of a shell's case) add. */
  program(name: string, arms: string): string {
    const file = this.write(name, `${common}${arms}\n*) echo "$@" ;;\nesac\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** A case file with these lines. */
  cases(...lines: string[]): string {
    return this.write("cases.yaml", JSON.stringify({ cases: [{ name: "x", run: lines }] }));
  }

  /** The runner's arguments for the repository. */
  arguments(legacy: string, subject: string, cases: string, ...more: string[]): string[] {
    return ["--repository", this.repository, "--legacy", legacy, "--subject", subject, "--cases", cases, ...more];
  }

  run(...args: string[]): { code: number | null; out: string; err: string } {
    const options = { env: this.env, cwd: this.folder, timeout: 100_000 };
    const result = spawnSync(process.execPath, [main, ...args], options);
    return { code: result.status, out: String(result.stdout), err: String(result.stderr) };
  }

  start(...args: string[]): ChildProcess {
    return spawn(process.execPath, [main, ...args], { env: this.env, cwd: this.folder, stdio: "ignore" });
  }

  // biome-ignore lint/suspicious/noExplicitAny: a report is read as a person reads it
  json(name: string): any {
    return JSON.parse(readFileSync(path.join(this.folder, name), "utf8"));
  }

  /** What is left in the temporary folder. */
  leftovers(): string[] {
    return readdirSync(this.temporary);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether a process whose arguments hold `word` is alive. */
export function isRunning(word: string): boolean {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").includes(word);
      } catch {
        return false;
      }
    });
}
