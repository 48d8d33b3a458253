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

const comparison = z.object({
  v: z.literal(1),
  at: z.int().nonnegative(),
  command: z.string().optional(),
  flags: z.array(z.string()).default([]),
  /** broken: native crashed or did not end. raced: something changed meanwhile. unknown: legacy did not answer. */
  compared: z.enum(["same", "different", "broken", "raced", "unknown"]),
  kind: z.enum(["shadow", "verify", "probation", "renewal"]),
  /** Microseconds that each took. */
  us: z.int().nonnegative(),
  legacyUs: z.int().nonnegative(),
});

/** One invocation. */
export type Entry = z.infer<typeof entry>;

/** Both answers to one invocation, compared behind it. */
export type Comparison = z.infer<typeof comparison>;

/** Whether native was wrong: another answer, a crash, or none. */
export const isDifference = ({ compared }: Comparison): boolean => compared === "different" || compared === "broken";

export interface Journal {
  entries: Entry[];
  comparisons: Comparison[];
  /** Lines that are no entry. */
  damaged: number;
}

/** The entries of a journal's text. */
export function parseJournal(text: string): Journal {
  const journal: Journal = { entries: [], comparisons: [], damaged: 0 };
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const value = parseLine(line);
    const one = entry.safeParse(value);
    const compared = one.success ? undefined : comparison.safeParse(value);
    if (one.success) journal.entries.push(one.data);
    else if (compared?.success) journal.comparisons.push(compared.data);
    else journal.damaged += 1;
  }
  return journal;
}

/** The entries of several files. Throws where one cannot be read. */
export function readJournals(files: readonly string[]): Journal {
  const all: Journal = { entries: [], comparisons: [], damaged: 0 };
  for (const file of files) {
    const { entries, comparisons, damaged } = parseJournal(readFileSync(file, "utf8"));
    for (const one of entries) all.entries.push(one);
    for (const one of comparisons) all.comparisons.push(one);
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
