// What the steps of a random repository work on: the script so far, and what is known to be in it.
import { type ByteText, scriptWord } from "./bytes.ts";
import { contentCommand, newPath } from "./names.ts";
import type { Random } from "./random.ts";

/** One step. Any subset of a repository's steps, in order, is a script that runs to its end. */
export interface Step {
  text: string;
  /** A file that holds the absolute folder once the step was taken. */
  relocate?: string;
}

export class Draft {
  readonly random: Random;
  readonly steps: Step[] = [];
  readonly files: ByteText[] = [];
  /** Tags, bookmarks, branches. */
  readonly names: string[] = [];
  /** Words that the settings make commands. */
  readonly aliases: string[] = [];
  revisions = 0;

  constructor(random: Random) {
    this.random = random;
  }

  /** A file that was mentioned before, or a new one. */
  known(): ByteText {
    return this.random.pick(this.files) ?? newPath(this.random);
  }

  revision(): string {
    return String(this.random.below(Math.max(1, this.revisions)));
  }

  /** A step that may fail. */
  attempt(command: string): void {
    this.steps.push({ text: `{ ${command}; } >/dev/null 2>&1 || true` });
  }

  /** Writes a file, its folder made first. */
  write(name: ByteText, command = contentCommand(this.random)): void {
    if (!this.files.includes(name)) this.files.push(name);
    const target = at(name);
    this.steps.push({ text: `{ mkdir -p "$(dirname ${target})" && ${command} > ${target}; } 2>/dev/null || true` });
  }

  /** Lines for the end of the repository's own settings. */
  settings(...lines: string[]): void {
    this.steps.push({ text: `printf '%s\\n' ${lines.map(scriptWord).join(" ")} >> .hg/hgrc` });
  }

  /** Commits everything, unknown files too. */
  commit(message = `change ${this.revisions}`): void {
    const user = this.random.percent(15) ? ` -u ${scriptWord("Zo\xc3\xab <z@example.org>")}` : "";
    this.attempt(`hg addremove -q --similarity ${this.random.pick(["0", "0", "50"])}; commit -m '${message}'${user}`);
    this.revisions += 1;
  }
}

/** A file as an argument that is no option. */
export const at = (name: ByteText): string => scriptWord(`./${name}`);
