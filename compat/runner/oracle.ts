// The reference through its own command server: the same program, forked warm instead of started, so that thousands
// of answers take seconds. Only plain cases go this way (no terminal, own environment or own settings), and
// `--calibrate` compares it with a fresh process on every one of them.
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Case } from "./cases.ts";
import { withChanges } from "./environment.ts";
import type { Answer } from "./execute.ts";
import type { Legacy } from "./legacy.ts";
import { killGroup, mark, markName, track } from "./processes.ts";
import { isVariantEnvironment } from "./variants.ts";

/** Variables that the server takes over from its client, or that decide which server is asked. */
const served = new Set([
  ...["HGPLAIN", "HGPLAINEXCEPT", "HGRCSKIPREPO", "HGENCODING", "HGENCODINGMODE"],
  ...["LANGUAGE", "LC_ALL", "TZ", "TERM", "NO_COLOR", "COLUMNS"],
]);

/** Whether a case may be answered by the server that was started in its environment. */
export function isServed(one: Case): boolean {
  const taken = Object.entries(one.env).every(([name, value]) => served.has(name) && value !== null);
  return isPlain({ ...one, env: {} }) && (taken || isVariantEnvironment(one.env));
}

/** Whether a case may be answered by the server that everybody shares. */
export function isPlain(one: Case): boolean {
  const words = one.args?.map((word) => word.toString("latin1")) ?? [];
  return (
    one.args !== undefined &&
    one.tty === undefined &&
    one.stdin === undefined &&
    one.userrc === "" &&
    one.hgrc === "" &&
    Object.keys(one.env).length === 0 &&
    one.cwd !== "" &&
    words.length > 0 &&
    !words.some((word) =>
      /extensions?\.|^serve$|^debug|--(?:time|profile|traceback|encoding|debugger|cwd)|\0/.test(word),
    )
  );
}

/** A fresh installation compiles itself on its first start, and the machine may be busy. */
const startLimitMs = 60_000;

/** A server process, shared by all workers. */
export class OracleServer {
  readonly address: string;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.address = join(folder, "s");
    this.#child = child;
  }

  /** Starts it; undefined when it does not come up, which only costs time. */
  static async start(
    legacy: Legacy,
    folder: string,
    env: Record<string, string>,
    cwd = folder,
  ): Promise<OracleServer | undefined> {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const address = join(folder, "s");
    const args = [
      "serve",
      "--no-profile",
      "--cmdserver",
      "chgunix",
      "--address",
      address,
      "--daemon-postexec",
      "chdir:/",
    ];
    const child = spawn(legacy.path, args, {
      cwd,
      env: { ...env, CHGINTERNALMARK: "1", [markName]: mark },
      // It makes itself the leader of a group and ends with an error where it is one already.
      stdio: "ignore",
    });
    track(child);
    child.on("error", () => undefined);
    const server = new OracleServer(folder, child);
    const deadline = performance.now() + startLimitMs;
    while (performance.now() < deadline && child.pid !== undefined && child.exitCode === null) {
      if (existsSync(address)) return server;
      await sleep(25);
    }
    server.stop();
    return undefined;
  }

  stop(): void {
    killGroup(this.#child, "SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The servers of a run: one for everybody, and one for each environment or repository that needs its own. */
export class OraclePool {
  readonly #legacy: Legacy;
  readonly #folder: string;
  readonly #env: Record<string, string>;
  readonly #servers = new Map<string, Promise<OracleServer | undefined>>();
  #number = 0;

  constructor(legacy: Legacy, folder: string, env: Record<string, string>) {
    this.#legacy = legacy;
    this.#folder = folder;
    this.#env = { ...env, CHGHG: legacy.path };
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** The reference. */
  get program(): string {
    return this.#legacy.path;
  }

  /** The server for a case's own variables and, where its settings change the command table, its repository. */
  async address(env: Case["env"], repository: string | undefined): Promise<string | undefined> {
    const key = `${repository ?? ""}\0${JSON.stringify(env)}`;
    let server = this.#servers.get(key);
    if (!server) {
      this.#number += 1;
      const all = withChanges(this.#env, env, this.#folder);
      server = OracleServer.start(this.#legacy, join(this.#folder, String(this.#number)), all, repository);
      this.#servers.set(key, server);
    }
    return (await server)?.address;
  }

  /** Ends the servers of a repository. */
  async leave(repository: string): Promise<void> {
    for (const [key, server] of this.#servers) {
      if (!key.startsWith(`${repository}\0`)) continue;
      this.#servers.delete(key);
      (await server)?.stop();
    }
  }

  async stop(): Promise<void> {
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    for (const server of servers) (await server)?.stop();
  }
}

/** One worker's connection to the servers. */
export class Oracle {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;
  readonly #waiting: ((line: string | undefined) => void)[] = [];

  constructor() {
    const python = process.env.AMALGAM_PYTHON ?? "python3";
    this.#child = spawn(python, ["-S", "-E", "-B", join(import.meta.dirname, "oracle.py")], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, [markName]: mark },
      detached: true,
    });
    track(this.#child);
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#lines.on("line", (line) => this.#waiting.shift()?.(line));
    this.#lines.on("close", () => {
      for (const give of this.#waiting.splice(0)) give(undefined);
    });
    this.#child.on("error", () => this.#lines.close());
    this.#child.stdin.on("error", () => undefined);
  }

  /** The answer, or undefined when a fresh process has to be asked. */
  async ask(
    address: string,
    args: Buffer[],
    { cwd, env, umask }: { cwd: string; env: Record<string, string>; umask: string | undefined },
  ): Promise<Answer | undefined> {
    const encode = (value: Buffer | string): string => Buffer.from(value as string).toString("base64");
    const request = {
      address,
      args: args.map(encode),
      cwd: encode(cwd),
      env: Object.entries(env).map(([name, value]) => encode(`${name}=${value}`)),
      umask: umask === undefined ? process.umask() : Number.parseInt(umask, 8),
    };
    if (this.#child.exitCode !== null) return undefined;
    const line = await new Promise<string | undefined>((resolve) => {
      this.#waiting.push(resolve);
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    if (line === undefined) return undefined;
    const reply = JSON.parse(line);
    if (reply.unusable !== undefined) return undefined;
    return {
      stdout: Buffer.from(reply.stdout, "base64"),
      stderr: Buffer.from(reply.stderr, "base64"),
      code: reply.code,
    };
  }

  stop(): void {
    this.#child.stdin.end();
    this.#lines.close();
  }
}
