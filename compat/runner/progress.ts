// How far a run is: one line that is written over on a terminal, a line now and then in a log.
import { createLogUpdate } from "log-update";
import type { Result } from "./compare.ts";

const everyMs = { terminal: 100, log: 15_000 };

export class Progress {
  readonly #total: number;
  readonly #stream: NodeJS.WriteStream;
  readonly #update: ReturnType<typeof createLogUpdate> | undefined;
  readonly #begun = performance.now();
  #shownAt = performance.now();
  #done = 0;
  #different = 0;

  constructor(total: number, stream: NodeJS.WriteStream = process.stderr) {
    this.#total = total;
    this.#stream = stream;
    this.#update = stream.isTTY ? createLogUpdate(stream) : undefined;
  }

  add(result: Result): void {
    this.#done += 1;
    if (result.differences.length > 0) this.#different += 1;
    const now = performance.now();
    if (now - this.#shownAt < (this.#update ? everyMs.terminal : everyMs.log)) return;
    this.#shownAt = now;
    if (this.#update) this.#update(this.#text());
    else this.#stream.write(`${this.#text()}\n`);
  }

  #text(): string {
    const seconds = Math.max(0.001, (performance.now() - this.#begun) / 1000);
    const rate = this.#done / seconds;
    const left = Math.max(0, this.#total - this.#done) / rate;
    const parts = [
      `${this.#done} of ${this.#total} (${Math.floor((100 * this.#done) / Math.max(1, this.#total))} %)`,
      `${rate.toFixed(1)} a second`,
      `${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} to go`,
      ...(this.#different > 0 ? [`${this.#different} different`] : []),
    ];
    return parts.join(", ");
  }

  /** Removes the line. */
  end(): void {
    this.#update?.clear();
    this.#update?.done();
  }
}
