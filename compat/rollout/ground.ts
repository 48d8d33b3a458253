// Where a rollout is played: many copies of one repository, a Mercurial whose answers are known beforehand and that lies
// where it is told to, and the launcher under a policy.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Of the journal's line for an invocation, or for a comparison. */
interface Line {
  answer?: string;
  reason?: string;
  compared?: string;
}

/** The command lines that are typed: all are native, and each is a cell of its own. */
export const lines: readonly string[] = [
  ...["status", "status -m", "status -a", "status -mard", "status -u", "status -n", "status -c", "status -A"],
  ...["log", "log -l 1", "log -r 0", "log -q", "log -v", "log -b default", "log -T {rev} -r 0"],
  ...["files", "files -r 0", "manifest", "identify", "identify -n", "branch", "branches", "tags", "heads", "parents"],
  ...[
    "tip",
    "tip -v",
    "bookmarks",
    "root",
    "summary",
    "annotate a",
    "cat a",
    "diff --nodates",
    "diff --stat",
    "locate",
  ],
];

export class Ground {
  readonly folder = mkdtempSync(path.join(tmpdir(), "amalgam-rollout-"));
  readonly repositories: string[];
  readonly #subject: string;
  readonly #legacy: string;
  readonly #lies = path.join(this.folder, "lies");
  readonly #liar = path.join(this.folder, "liar");
  readonly #home = path.join(this.folder, "home");

  constructor(subject: string, legacy: string, repositories: number) {
    this.#subject = subject;
    this.#legacy = legacy;
    for (const folder of [this.#lies, path.join(this.#home, "state"), path.join(this.folder, "repos")])
      mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(this.folder, "hgrc"), "[ui]\nusername = test\n");
    const first = path.join(this.folder, "repos", "0");
    mkdirSync(first);
    writeFileSync(path.join(first, "a"), "one\n");
    this.#ask(["init"], first);
    this.#ask(["commit", "-A", "-m", "first", "-d", "0 0"], first);
    writeFileSync(path.join(first, "a"), "one\ntwo\n");
    writeFileSync(path.join(first, "new"), "new\n");
    this.repositories = Array.from({ length: repositories }, (_, n) => path.join(this.folder, "repos", String(n)));
    for (const repository of this.repositories.slice(1)) cpSync(first, repository, { recursive: true });
    this.#learn(first);
  }

  /** Notes legacy's answers, and makes the script that gives them. */
  #learn(first: string): void {
    const answers = path.join(this.folder, "answers");
    mkdirSync(answers);
    for (const line of lines) {
      if (line !== "root") writeFileSync(path.join(answers, fileName(line)), this.#ask(line.split(" "), first));
    }
    const script = `#!/bin/sh
key=$(printf '%s' "$*" | tr ' ' '_')
if [ "$key" != root ] && [ -e '${answers}'/"$key" ]; then
    [ -e '${this.#lies}'/"$key" ] && echo 'a lie'
    exec cat '${answers}'/"$key"
fi
[ "$key" = root ] && [ -e '${this.#lies}/root' ] && echo 'a lie'
[ "$key" = root ] && exec pwd
exec '${this.#legacy}' "$@"
`;
    writeFileSync(this.#liar, script);
    chmodSync(this.#liar, 0o755);
  }

  #ask(args: string[], cwd: string): Buffer {
    const { status, stdout, stderr } = spawnSync(this.#legacy, args, { cwd, env: this.env() });
    if (status !== 0) throw new Error(`hg ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  env(repository?: number): Record<string, string> {
    return {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      HOME: this.folder,
      HGRCPATH: path.join(this.folder, "hgrc"),
      LC_ALL: "C.UTF-8",
      AMALGAM_HOME: this.#home,
      AMALGAM_LEGACY_HG: this.#liar,
      AMALGAM_TRANSPORT: "exec",
      ...(repository !== undefined && { AMALGAM_JOURNAL: this.#journal(repository) }),
    };
  }

  /** Puts a policy in force. */
  policy(text: string): void {
    writeFileSync(path.join(this.#home, "policy.yaml"), `version: 1\n${text}`);
    const amalgam = path.join(path.dirname(this.#subject), "amalgam");
    const { status, stderr } = spawnSync(amalgam, ["policy", "compile"], { cwd: this.folder, env: this.env() });
    if (status !== 0) throw new Error(`the policy: ${stderr}`);
  }

  /** Types a line; what a user is shown. */
  type(line: string, repository: number, more: Record<string, string> = {}): string {
    const cwd = this.repositories[repository] ?? this.folder;
    const env = { ...this.env(repository), ...more };
    const { status, stdout, stderr } = spawnSync(this.#subject, line.split(" "), { cwd, env });
    if (status !== 0) throw new Error(`hg ${line}: ${stderr}`);
    return stdout.toString();
  }

  /** Has legacy lie about a line from now on, or no longer. */
  lie(line: string, on = true): void {
    const file = path.join(this.#lies, fileName(line));
    if (on) writeFileSync(file, "");
    else rmSync(file, { force: true });
  }

  /** Ends all lies, and what they led to. */
  forgive(): void {
    for (const line of lines) this.lie(line, false);
    rmSync(path.join(this.#home, "state", "breaker"), { force: true });
  }

  /** The journal's lines about a repository: invocations, and comparisons. */
  journal(repository: number): { entries: Line[]; comparisons: Line[] } {
    const file = this.#journal(repository);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const all = text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Line]));
    const [comparisons, entries] = [true, false].map((compared) => all.filter((one) => "compared" in one === compared));
    return { entries: entries ?? [], comparisons: comparisons ?? [] };
  }

  /** The cells that the breaker holds, as the launcher wrote them. */
  demoted(): string[] {
    const file = path.join(this.#home, "state", "breaker");
    if (!existsSync(file)) return [];
    const rows = readFileSync(file, "utf8").split("\n");
    return rows.flatMap((row) => row.split("\t")[1] ?? []);
  }

  #journal(repository: number): string {
    return path.join(this.#home, "state", `journal-${repository}.jsonl`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function fileName(line: string): string {
  return line.replaceAll(" ", "_");
}
