// Reads what the launcher appended: one JSON object per line (native/routing/src/journal.rs). Lines may be torn by a
// full disk, or be of a later version: they are counted and passed over.
import { readFileSync } from "node:fs";
import { z } from "zod";

const entry = z.object({
  v: z.literal(1),
  /** Milliseconds since 1970. */
  at: z.int().nonnegative(),
  command: z.string().optional(),
  flags: z.array(z.string()).default([]),
  answer: z.enum(["native", "exec", "warm", "abort"]),
  reason: z.string().optional(),
  detail: z.string().optional(),
  code: z.int().optional(),
  /** Microseconds until the native answer was out, or until legacy took over. */
  us: z.int().nonnegative(),
});

/** One invocation. */
export type Entry = z.infer<typeof entry>;

export interface Journal {
  entries: Entry[];
  /** Lines that are no entry. */
  damaged: number;
}

/** The entries of a journal's text. */
export function parseJournal(text: string): Journal {
  const journal: Journal = { entries: [], damaged: 0 };
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const one = entry.safeParse(parseLine(line));
    if (one.success) journal.entries.push(one.data);
    else journal.damaged += 1;
  }
  return journal;
}

/** The entries of several files. Throws where one cannot be read. */
export function readJournals(files: readonly string[]): Journal {
  const all: Journal = { entries: [], damaged: 0 };
  for (const file of files) {
    const { entries, damaged } = parseJournal(readFileSync(file, "utf8"));
    for (const one of entries) all.entries.push(one);
    all.damaged += damaged;
  }
  return all;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
