// Makes a history with real Mercurial: thousands of files, hundreds of changesets, two named branches that are
// merged again and again, renames and copies, tags, a bookmark, and a working copy in which somebody is at work.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CommandServer } from "./command-server.ts";
import { Random } from "./random.ts";
import { content, edit, message, pathOf, people } from "./sources.ts";

export const shape = { files: 3000, changesets: 320 };
const started = Date.UTC(2024, 0, 8, 9) / 1000;

export class History {
  readonly #server: CommandServer;
  readonly #root: string;
  readonly #random = new Random(20200201);
  readonly #files: string[] = [];
  readonly #touched = new Set<string>();
  #commits = 0;

  constructor(hg: string, root: string, env: NodeJS.ProcessEnv) {
    this.#server = new CommandServer(hg, root, env);
    this.#root = root;
  }

  kill(): void {
    this.#server.kill();
  }

  /** Builds everything; `report` gets the number of changesets so far. */
  async build(report: (changesets: number) => void): Promise<void> {
    await this.#begin();
    let line: "default" | "stable" = "default";
    while (this.#commits < shape.changesets) {
      report(this.#commits);
      if (this.#commits % 40 === 39) {
        await this.#mergeStable();
        line = "default";
        await this.#tag(`v0.${Math.ceil(this.#commits / 40)}`);
      } else if (this.#commits % 20 === 10) {
        line = line === "default" ? "stable" : "default";
        await this.#server.run("update", "-q", "-C", line);
      }
      await this.#ordinaryCommit();
    }
    await this.#server.run("update", "-q", "-C", "default");
    await this.#server.run("bookmark", "-i", "-r", "stable", "@released");
    await this.#server.run("phase", "--public", "-r", "default~10");
    await this.#workInProgress();
    await this.#server.close();
  }

  async #begin(): Promise<void> {
    this.#write(".hgignore", "syntax: glob\n*.o\n*.pyc\n*~\nbuild/\nsyntax: regexp\n^out-\\d+/\n");
    for (let n = 0; n < shape.files; n += 1) {
      const file = pathOf(n, this.#random);
      this.#files.push(file);
      this.#write(file, content(this.#random));
    }
    this.#touched.clear();
    await this.#commit("import the sources", "-A");
    await this.#server.run("branch", "-q", "stable");
    this.#change();
    await this.#commit("stable: the first release line");
    await this.#server.run("update", "-q", "-C", "default");
  }

  async #ordinaryCommit(): Promise<void> {
    const kind = this.#random.below(12);
    for (let i = this.#random.below(4); i >= 0; i -= 1) this.#change();
    if (kind < 2) await this.#rename("rename");
    else if (kind === 2) await this.#rename("copy");
    else if (kind === 3) await this.#add();
    // Naming the files spares Mercurial a look at all the others.
    const files = [...this.#touched].map((file) => `path:${file}`);
    if (files.length > 0) await this.#commit(message(this.#random), ...files);
  }

  async #mergeStable(): Promise<void> {
    this.#touched.clear();
    await this.#server.run("update", "-q", "-C", "default");
    await this.#server.run("merge", "-q", "--tool", "internal:local", "-r", "stable");
    await this.#commit("merge with stable");
  }

  async #tag(name: string): Promise<void> {
    await this.#server.run("tag", "-u", people[0] ?? "", "-d", this.#date(), name);
    this.#commits += 1;
  }

  #change(): void {
    const file = this.#random.pick(this.#files);
    const text = this.#read(file);
    if (text !== undefined) this.#write(file, edit(text, this.#random));
  }

  async #add(): Promise<void> {
    const file = pathOf(shape.files + this.#commits, this.#random);
    this.#files.push(file);
    this.#write(file, content(this.#random));
    await this.#server.run("add", "-q", `path:${file}`);
  }

  async #rename(how: "rename" | "copy"): Promise<void> {
    const from = this.#random.pick(this.#files);
    if (this.#read(from) === undefined) return;
    const to = from.replace(/(\.\w+)$/, `_${this.#commits}$1`);
    await this.#server.run(how, "-q", from, to);
    this.#files.push(to);
    if (how === "rename") this.#touched.add(from);
    this.#touched.add(to);
  }

  async #workInProgress(): Promise<void> {
    for (let i = 0; i < 12; i += 1) this.#change();
    const present = this.#files.filter((file) => this.#read(file) !== undefined);
    const [gone = "", removed = "", moved = ""] = present.slice(40);
    await this.#server.run("remove", removed);
    await this.#server.run("rename", "-q", moved, moved.replace(/(\.\w+)$/, "_next$1"));
    rmSync(path.join(this.#root, gone));
    for (const file of ["notes.txt", "core/scratch.c", "build/core.o", "out-7/log"]) this.#write(file, "draft\n");
  }

  async #commit(text: string, ...options: string[]): Promise<void> {
    await this.#server.run("commit", "-q", "-u", this.#random.pick(people), "-d", this.#date(), "-m", text, ...options);
    this.#commits += 1;
    this.#touched.clear();
  }

  #date(): string {
    return `${started + this.#commits * 7 * 3600} -3600`;
  }

  #read(file: string): string | undefined {
    try {
      return readFileSync(path.join(this.#root, file), "utf8");
    } catch {
      return undefined;
    }
  }

  #write(file: string, text: string): void {
    const whole = path.join(this.#root, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    this.#touched.add(file);
  }
}
