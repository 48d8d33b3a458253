// A client of Mercurial's command server (`hg serve --cmdserver pipe`): one Python process runs hundreds of
// commands, so that building a history takes seconds.
// Protocol: `hg help internals.cmdserver`. Messages are a channel byte and a 32-bit big-endian length, then data.
import { type ChildProcess, spawn } from "node:child_process";

interface Pending {
  resolve: (output: string) => void;
  reject: (error: Error) => void;
  name: string;
  output: Buffer[];
}

export class CommandServer {
  readonly #child: ChildProcess;
  #rest: Buffer = Buffer.alloc(0);
  #greeted = false;
  #pending: Pending | undefined;

  /** Starts `hg` for the repository `cwd`. */
  constructor(hg: string, cwd: string, env: NodeJS.ProcessEnv) {
    this.#child = spawn(hg, ["serve", "--cmdserver", "pipe"], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout?.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#child.stdin?.on("error", () => {});
    this.#child.on("error", (error) => this.#fail(error));
    this.#child.on("close", (code) => this.#fail(new Error(`the command server ended with exit code ${code}`)));
  }

  /** Runs one command and gives what it printed; a non-zero exit code is an error. */
  run(...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject, name: args.join(" ").slice(0, 80), output: [] };
      const data = Buffer.from(args.join("\0"));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      this.#child.stdin?.write(Buffer.concat([Buffer.from("runcommand\n"), length, data]));
    });
  }

  /** Lets the server end by itself. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once("close", () => resolve());
      this.#child.stdin?.end();
    });
  }

  /** Ends the server at once. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #receive(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 5) {
      const length = this.#rest.readUInt32BE(1);
      if (this.#rest.length < 5 + length) return;
      const channel = String.fromCharCode(this.#rest[0] ?? 0);
      const data = this.#rest.subarray(5, 5 + length);
      this.#rest = this.#rest.subarray(5 + length);
      this.#handle(channel, data);
    }
  }

  #handle(channel: string, data: Buffer): void {
    if (channel === "o" && !this.#greeted) {
      this.#greeted = true;
      return;
    }
    const pending = this.#pending;
    if (channel === "o" || channel === "e") pending?.output.push(Buffer.from(data));
    if (channel === "I" || channel === "L") this.#child.stdin?.write(Buffer.alloc(4));
    if (channel !== "r" || !pending) return;
    this.#pending = undefined;
    const output = Buffer.concat(pending.output).toString();
    const code = data.readInt32BE(0);
    if (code === 0) pending.resolve(output);
    else pending.reject(new Error(`hg ${pending.name}: exit code ${code}\n${output}`));
  }

  #fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}
