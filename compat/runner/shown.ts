// An answer as reports carry it: text with everything that does not show made visible, cut to a size that one reads.
import { visible } from "./judge.ts";
import type { Outcome } from "./slot.ts";

export interface Shown {
  stdout: string;
  stderr: string;
  code: string;
  /** What was left behind, one line per path. */
  files: string;
}

const mostBytes = 20_000;

export function show({ answer, changes }: Outcome): Shown {
  return {
    stdout: text(answer.stdout),
    stderr: text(answer.stderr),
    code: String(answer.code),
    files: Object.entries(changes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, now]) => `${visible(Buffer.from(path, "latin1"))}: ${now ?? "gone"}`)
      .join("\n"),
  };
}

function text(bytes: Buffer): string {
  if (bytes.length <= mostBytes) return visible(bytes);
  return `${visible(bytes.subarray(0, mostBytes))}\n... and ${bytes.length - mostBytes} more bytes`;
}
