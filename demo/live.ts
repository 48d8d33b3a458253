// The line that says what is going on: redrawn in place on a terminal; elsewhere each kind of
// work is announced once.
import { createLogUpdate } from "log-update";

export interface Live {
  show: (what: string, done: number, all: number, unit: string) => void;
  /** Prints a line that stays. */
  line: (text: string) => void;
  clear: () => void;
}

const barWidth = 24;

export function liveOn(stream: NodeJS.WriteStream): Live {
  const update = stream.isTTY ? createLogUpdate(stream) : undefined;
  let announced = "";
  return {
    show(what, done, all, unit) {
      if (!update && announced !== what) {
        announced = what;
        stream.write(`… ${what}\n`);
      }
      const filled = Math.round((done / Math.max(all, 1)) * barWidth);
      update?.(`${"━".repeat(filled)}${"·".repeat(barWidth - filled)} ${what} ${done}/${all} ${unit}`);
    },
    line(text) {
      update?.clear();
      stream.write(`${text}\n`);
    },
    clear() {
      update?.clear();
      update?.done();
    },
  };
}
