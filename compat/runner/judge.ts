// Compares two outcomes and words the differences so that a person sees them at once, invisible bytes included.
import type { Outcome } from "./slot.ts";

export interface Difference {
  what: "stdout" | "stderr" | "code" | "files" | "fallback" | "native" | "wrote" | "fixture" | "reference";
  text: string;
}

/** Bytes with everything that does not show made visible. */
export function visible(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  const readable = Buffer.from(text, "utf8").equals(bytes) ? text : bytes.toString("latin1");
  // In text: controls, zero-width characters and blanks at the end of a line; otherwise all but printable ASCII.
  const hidden = readable === text ? /(?!\n)\p{Cc}|[\u200b-\u200f\ufeff]| +$/gmu : /[^\n\x20-\x7e]| +$/gm;
  return readable
    .replace(/\\/g, "\\\\")
    .replace(hidden, (match) =>
      match.trim() === "" && match[0] === " "
        ? "\\x20".repeat(match.length)
        : match === "\t"
          ? "\\t"
          : match === "\x1b"
            ? "\\e"
            : match === "\r"
              ? "\\r"
              : `\\x${(match.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`,
    );
}

/** What `subject` did otherwise than `legacy`; empty when the two are identical. */
export function compareOutcomes(legacy: Outcome, subject: Outcome): Difference[] {
  const differences: Difference[] = [];
  for (const what of ["stdout", "stderr"] as const) {
    if (!legacy.answer[what].equals(subject.answer[what])) {
      differences.push({ what, text: lineDifference(legacy.answer[what], subject.answer[what]) });
    }
  }
  if (legacy.answer.code !== subject.answer.code) {
    differences.push({ what: "code", text: `- ${legacy.answer.code}\n+ ${subject.answer.code}` });
  }
  const paths = new Set([...Object.keys(legacy.changes), ...Object.keys(subject.changes)]);
  const lines = [...paths].sort().flatMap((path) => {
    const [a, b] = [legacy.changes[path], subject.changes[path]];
    const word = (value: string | null | undefined): string =>
      value === undefined ? "unchanged" : value === null ? "gone" : value;
    return a === b
      ? []
      : [
          `- ${visible(Buffer.from(path, "latin1"))}: ${word(a)}`,
          `+ ${visible(Buffer.from(path, "latin1"))}: ${word(b)}`,
        ];
  });
  if (lines.length > 0) differences.push({ what: "files", text: lines.join("\n") });
  return differences;
}

const maxLines = 24;

/** A line diff: `-` the reference, `+` the subject. Common ends are cut down to two lines. */
export function lineDifference(a: Buffer, b: Buffer): string {
  const split = (bytes: Buffer): string[] => {
    const lines = visible(bytes).split("\n");
    const last = lines.pop();
    return last === "" ? lines : [...lines, `${last}\\ no newline`];
  };
  const [left, right] = [split(a), split(b)];
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head += 1;
  let tail = 0;
  while (
    tail < left.length - head &&
    tail < right.length - head &&
    left[left.length - 1 - tail] === right[right.length - 1 - tail]
  )
    tail += 1;
  const clip = (lines: string[], sign: string): string[] => {
    const shown = lines
      .slice(0, maxLines)
      .map((line) => `${sign} ${line.length > 400 ? `${line.slice(0, 400)}...` : line}`);
    return lines.length > maxLines ? [...shown, `${sign} ... ${lines.length - maxLines} more lines`] : shown;
  };
  return [
    ...clip(left.slice(Math.max(0, head - 2), head), " "),
    ...clip(left.slice(head, left.length - tail), "-"),
    ...clip(right.slice(head, right.length - tail), "+"),
    ...clip(right.slice(right.length - tail, right.length - tail + 2), " "),
  ].join("\n");
}
