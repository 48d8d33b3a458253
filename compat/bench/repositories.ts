// The repositories of the benchmark: a small one made here, the big ones by make-repos.py; git looks at the same
// files through a git folder beside each.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Environment in which everything runs. */
export function benchEnvironment(scratch: string): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: join(scratch, "home"),
    HGRCPATH: join(scratch, "hgrc"),
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
  };
}

/** Makes the small repository below `scratch` and returns its folder. */
export function makeSmall(scratch: string, legacy: string): string {
  const repo = join(scratch, "small");
  mkdirSync(join(scratch, "home"), { recursive: true });
  writeFileSync(join(scratch, "hgrc"), "[ui]\nusername = bench\n");
  const hg = (...args: string[]): Buffer =>
    execFileSync(legacy, args, { cwd: repo, env: benchEnvironment(scratch), stdio: "pipe" });
  mkdirSync(repo, { recursive: true });
  hg("init");
  writeFileSync(join(repo, "a"), "a\n");
  writeFileSync(join(repo, ".hgignore"), "syntax: glob\n*.o\nbuild\n");
  for (let folder = 0; folder < 6; folder += 1) {
    mkdirSync(join(repo, `dir${folder}`));
    for (let file = 0; file < 10; file += 1)
      writeFileSync(join(repo, `dir${folder}`, `file${file}.txt`), `${folder} ${file}\n`);
  }
  for (let revision = 0; revision < 5; revision += 1) {
    writeFileSync(join(repo, "a"), `a ${revision}\n`);
    hg("commit", "-q", "-A", "-d", "0 0", "-m", `revision ${revision}`);
  }
  writeFileSync(join(repo, "dir1", "file1.txt"), "changed here\n");
  writeFileSync(join(repo, "unknown"), "u\n");
  return repo;
}

/** What to ask of a history: a file that many changesets touched, who made most of the last ones, a date in its middle. */
export function subjects(repo: string, legacy: string, env: Record<string, string>): [string, string, string] {
  const log = (...args: string[]): string[] =>
    execFileSync(legacy, ["log", ...args], { cwd: repo, env, maxBuffer: 1 << 28 })
      .toString()
      .split("\n")
      .filter((line) => line !== "");
  const last = ["-r", "last(all(), 500)"];
  const files = new Set(
    execFileSync(legacy, ["files", "-r", "tip"], { cwd: repo, env, maxBuffer: 1 << 28 })
      .toString()
      .split("\n"),
  );
  const file = mostFrequent(log(...last, "-T", "{files % '{file}\\n'}").filter((name) => files.has(name)));
  const author = mostFrequent(log(...last, "-T", "{user}\\n").filter((name) => !name.includes('"')));
  const [count = "0"] = log("-r", "tip", "-T", "{rev}\\n");
  const [since = ""] = log("-r", String(Math.floor(Number(count) / 2)), "-T", "{date|shortdate}\\n");
  return [file, author, since];
}

function mostFrequent(names: string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  if (best === undefined) throw new Error("the history has nothing to ask about");
  return best[0];
}

/** Where the big repositories are. */
export function bigFolder(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return process.env.AMALGAM_BENCH_REPOS ?? join(cache, "amalgam", "bench");
}

/** The git folder that mirrors a repository; made once. */
export function gitFolder(repo: string, git: string, env: Record<string, string>): string {
  const folder = `${repo}.git`;
  const run = (...args: string[]): Buffer =>
    execFileSync(git, [`--git-dir=${folder}`, `--work-tree=${repo}`, ...args], {
      cwd: repo,
      env,
      stdio: "pipe",
      maxBuffer: 1 << 28,
    });
  if (!existsSync(join(folder, "complete"))) {
    run("init", "-q");
    mkdirSync(join(folder, "info"), { recursive: true });
    writeFileSync(join(folder, "info", "exclude"), "/.hg\nbuild/\n*.o\n");
    run("add", "-A");
    run("-c", "user.name=bench", "-c", "user.email=b@example.org", "commit", "-q", "-m", "all");
    writeFileSync(join(folder, "complete"), "");
  }
  run("status", "--porcelain");
  return folder;
}
