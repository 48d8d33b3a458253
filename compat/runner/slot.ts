// The place where one fixture is used: a private copy that is put back as it was whenever a run touched it.
// Both sides run in the same folder one after the other, because absolute paths are part of answers.
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./cases.ts";
import { restorePaths } from "./copy-tree.ts";
import { type EnvironmentOf, withChanges } from "./environment.ts";
import { type Answer, execute } from "./execute.ts";
import { copyWorld, type Fixture, restore } from "./fixtures.ts";
import type { Oracle, OraclePool } from "./oracle.ts";
import {
  type Changes,
  changedPaths,
  changesSince,
  describePath,
  describer,
  type Stamps,
  sameStamps,
  stampTree,
} from "./snapshot.ts";

/** An answer and what the run left behind. */
export interface Outcome {
  answer: Answer;
  changes: Changes;
}

/** The user configuration of a case that brings none. The working directory has a fixed date: `diff` shows it. */
export const baseSettings = `[ui]
username = Test User <test@example.org>
[devel]
default-date = 0 0
`;

export interface SlotSetting {
  /** The user configuration of cases that bring none of their own. */
  commonRc: string;
  /** Settings that cases with a configuration of their own have as well. */
  settings: string;
  environment: EnvironmentOf;
  timeoutMs: number;
  /** What of an answer is compared; all of it by default. */
  compared?: ((answer: Answer) => Answer) | undefined;
}

/** A terminal case that waits for an answer never gets one. */
const terminalTimeoutMs = 20_000;
/** More changed paths than this, and copying everything again is quicker. */
const mostPaths = 200;

export class Slot {
  readonly world: string;
  readonly #setting: SlotSetting;
  readonly #fixture: Fixture;
  readonly #scratch: string;
  #stamps: Stamps = new Map();
  #pristine: (path: string) => string | undefined = () => undefined;
  #clean = false;
  /** Settings appended to the repository's, once there is a copy. */
  #settings: string | undefined;
  #touched: string[] = [];

  constructor(fixture: Fixture, folder: string, setting: SlotSetting) {
    this.#setting = setting;
    this.#fixture = fixture;
    this.world = join(folder, fixture.name);
    this.#scratch = `${this.world}.run`;
    rmSync(this.#scratch, { recursive: true, force: true });
    mkdirSync(this.#scratch, { recursive: true });
  }

  /** The user configuration file of a case. */
  #rc(one: Case): string {
    return one.userrc === "" ? this.#setting.commonRc : join(this.#scratch, "hgrc");
  }

  #environment(one: Case): Record<string, string> {
    return withChanges(this.#setting.environment(this.world, this.#rc(one)), one.env, this.world);
  }

  /** Asks the reference's server, from the pristine state; undefined when it cannot say. */
  async ask(one: Case, oracle: Oracle, pool: OraclePool): Promise<Outcome | undefined> {
    this.#prepare(one);
    const address = await pool.address(one.env, this.#hasOwnCommands() ? this.repository : undefined);
    if (address === undefined) return undefined;
    const env = { ...this.#environment(one), CHGHG: pool.program };
    const args = (one.args ?? []).map((word) => replaceWorld(word, this.world));
    const answer = await oracle.ask(address, args, { cwd: join(this.world, one.cwd), env, umask: one.umask });
    const changes = this.#changes();
    // The frames of a traceback show the server's own stack; it reads settings, and warns of them, once more.
    if (answer === undefined || /Traceback \(most recent|not trusting file/.test(answer.stderr.toString("latin1")))
      return undefined;
    return { answer, changes };
  }

  /** Whether the repository's settings change the command table, which a server reads only once. */
  #hasOwnCommands(): boolean {
    try {
      return /extensions|alias/.test(readFileSync(join(this.repository, ".hg/hgrc"), "latin1"));
    } catch {
      return false;
    }
  }

  /** Runs `program` on a case from the pristine state. */
  async run(one: Case, program: string[], extraEnv: Record<string, string>): Promise<Outcome> {
    this.#prepare(one);
    const { timeoutMs } = this.#setting;
    const answer = await execute({
      program,
      args: one.args?.map((word) => replaceWorld(word, this.world)),
      shell: one.shell?.replaceAll("$W", this.world),
      cwd: join(this.world, one.cwd),
      env: { ...this.#environment(one), ...extraEnv },
      stdin: one.stdin,
      tty: one.tty,
      umask: one.umask,
      scratch: this.#scratch,
      timeoutMs: one.tty === undefined ? timeoutMs : Math.min(timeoutMs, terminalTimeoutMs),
    });
    return { answer: this.#setting.compared?.(answer) ?? answer, changes: this.#changes() };
  }

  #changes(): Changes {
    const after = stampTree(this.world);
    if (sameStamps(this.#stamps, after)) return {};
    this.#clean = false;
    this.#touched = changedPaths(this.#stamps, after);
    return changesSince(this.world, this.#stamps, this.#pristine, after);
  }

  #prepare(one: Case): void {
    if (one.userrc !== "") writeFileSync(this.#rc(one), settingsText(one, this.world, this.#setting.settings));
    if (this.#clean && this.#settings === one.hgrc) return;
    if (this.#settings !== one.hgrc || !this.#restore()) this.#copy(one);
    this.#touched = [];
    this.#clean = true;
  }

  /** Puts only what was touched back, and returns false where that is not done. */
  #restore(): boolean {
    const { large, relocate, world } = this.#fixture;
    if (!large) {
      if (!restore(this.#fixture, this.world, this.#touched)) return false;
    } else {
      if (this.#settings !== "" || this.#touched.length > mostPaths) return false;
      const paths = this.#touched.filter((path) => !relocate.includes(path));
      restorePaths(world, this.world, paths);
    }
    this.#stamps = stampTree(this.world);
    return true;
  }

  #copy(one: Case): void {
    const { world } = this.#fixture;
    copyWorld(this.#fixture, this.world);
    mkdirSync(join(this.world, "home"), { recursive: true });
    const own = [...this.#fixture.relocate];
    if (one.hgrc !== "") {
      const path = join(this.world, "repo/.hg/hgrc");
      appendFileSync(path, `${one.hgrc.replaceAll("$W", this.world)}\n`);
      own.push("repo/.hg/hgrc");
    }
    this.#settings = one.hgrc;
    this.#stamps = stampTree(this.world);
    // What the copy has of its own is described now, all else when it is asked for, in the original.
    const here = new Map(own.map((path) => [path, describePath(this.world, path)]));
    const there = describer(world);
    this.#pristine = (path) => (this.#stamps.has(path) ? (here.get(path) ?? there(path)) : undefined);
  }

  get repository(): string {
    return join(this.world, "repo");
  }

  dispose(): void {
    for (const folder of [this.world, this.#scratch]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function replaceWorld(word: Buffer, world: string): Buffer {
  const text = word.toString("latin1");
  return text.includes("$W") ? Buffer.from(text.replaceAll("$W", world), "latin1") : word;
}

/** The text of the user configuration, for reproducing a case. */
export function settingsText(one: Case, world: string, settings = ""): string {
  return one.userrc === ""
    ? baseSettings + settings
    : `${baseSettings}${settings}${one.userrc.replaceAll("$W", world)}\n`;
}
