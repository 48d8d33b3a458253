// Says what set-up is doing: on a terminal one live line with the seconds so far, elsewhere one line per
// finished step. A step that found nothing to do leaves no line.
/* global process */

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Milliseconds as people read them. @param {number} ms */
export function seconds(ms) {
  return ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export class Progress {
  /** @param {NodeJS.WriteStream} stream */
  constructor(stream = process.stderr) {
    this.stream = stream;
    this.live = Boolean(stream.isTTY) && process.env.TERM !== "dumb" && !process.env.CI;
    this.colour = this.live && !process.env.NO_COLOR;
    this.worked = 0;
  }

  /**
   * Runs one step. `work` gets a function for its current detail and returns what it did, or undefined
   * when all was in place.
   * @param {string} title
   * @param {(detail: (text: string) => void) => Promise<string | undefined>} work
   */
  async step(title, work) {
    const begun = Date.now();
    let detail = "";
    let announced = false;
    const timer = setInterval(() => {
      const elapsed = Date.now() - begun;
      if (this.live && elapsed > 250) this.#draw(title, detail, elapsed);
      else if (!this.live && !announced && elapsed > 2000) {
        announced = true;
        this.stream.write(`… ${title}\n`);
      }
    }, 100);
    try {
      const done = await work((text) => (detail = text));
      this.#clear();
      if (done === undefined) return;
      this.worked += 1;
      const mark = this.colour ? "\u001b[32m✓\u001b[39m" : "✓";
      this.stream.write(`${mark} ${title}: ${done} (${seconds(Date.now() - begun)})\n`);
    } catch (error) {
      this.#clear();
      const mark = this.colour ? "\u001b[31m✗\u001b[39m" : "✗";
      this.stream.write(`${mark} ${title} (${seconds(Date.now() - begun)})\n`);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  #clear() {
    if (this.live) this.stream.write("\r\u001b[2K");
  }

  /** @param {string} title @param {string} detail @param {number} elapsed */
  #draw(title, detail, elapsed) {
    const frame = frames[Math.floor(elapsed / 100) % frames.length];
    const text = `${frame} ${title} ${seconds(elapsed)}${detail ? `  ${detail}` : ""}`;
    this.stream.write(`\r\u001b[2K${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }
}
