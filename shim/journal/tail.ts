// What was appended to a journal since it was last read. A journal that is put aside keeps its inode, so that a place in it
// is a file and how many bytes of it were read.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { z } from "zod";
import { type Journal, parseJournal } from "./read.ts";

const place = z.object({
  v: z.literal(1),
  /** By inode: bytes that were read. */
  read: z.record(z.string(), z.int().nonnegative()),
  /** When, in milliseconds since 1970. */
  at: z.int().nonnegative(),
});

/** How far journals were read, and when. */
export type Place = z.infer<typeof place>;

/** The place that was noted in `file`; undefined where there is none, or none that can be used. */
export function readPlace(file: string): Place | undefined {
  try {
    return place.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** The whole lines of `files` behind `from`, and the place behind them. Throws where a file cannot be read. */
export function readBehind(
  files: readonly string[],
  from: Place | undefined,
  now: number,
): { journal: Journal; to: Place } {
  const read: Record<string, number> = {};
  const texts = files.map((file) => {
    const handle = openSync(file, "r");
    try {
      const { ino, size } = fstatSync(handle);
      const known = from?.read[ino] ?? 0;
      // One that was cut is another one.
      const start = known <= size ? known : 0;
      const bytes = Buffer.alloc(size - start);
      const got = readSync(handle, bytes, 0, bytes.length, start);
      const end = bytes.subarray(0, got).lastIndexOf(10) + 1;
      read[ino] = start + end;
      return bytes.toString("utf8", 0, end);
    } finally {
      closeSync(handle);
    }
  });
  return { journal: parseJournal(texts.join("")), to: { v: 1, read, at: now } };
}
