// The report of one journal or of many: finds the files, learns what starting legacy takes here, and sums up.
import { existsSync } from "node:fs";
import path from "node:path";
import { currentRequest, engine } from "../engine/index.ts";
import { readJournals } from "../journal/read.ts";
import { type Summary, summarize } from "../journal/summary.ts";
import { startTime } from "../legacy/start-time.ts";

/** Milliseconds that a start of legacy takes where it cannot be measured. */
const usualStartMs = 190;

export interface ReportPlan {
  /** Journals to read; the user's own where there is none. */
  files: readonly string[];
  /** Leave out what is older, in milliseconds since 1970. */
  since: number | undefined;
  /** What starting legacy takes, in milliseconds; measured where it is not given. */
  legacyMs: number | undefined;
}

/** The user's journal, the part put aside first; only what is there. */
export function ownJournal(): { file: string | undefined; files: string[] } {
  const { journal } = engine().layout(currentRequest([]));
  if (journal === undefined) return { file: undefined, files: [] };
  const aside = path.join(path.dirname(journal), `${path.basename(journal, path.extname(journal))}.1.jsonl`);
  return { file: journal, files: [aside, journal].filter((file) => existsSync(file)) };
}

/** Throws where a file cannot be read. */
export async function report({ files, since, legacyMs }: ReportPlan): Promise<Summary> {
  const journal = readJournals(files);
  if (since !== undefined) {
    journal.entries = journal.entries.filter((one) => one.at >= since);
    journal.comparisons = journal.comparisons.filter((one) => one.at >= since);
  }
  return summarize(journal, legacyMs ?? Math.round(await legacyStart()));
}

/** What starting legacy takes here, in milliseconds: the least of a few, since all else that goes on only adds to it. */
export async function legacyStart(): Promise<number> {
  const { legacyPath } = engine().explain(currentRequest(["version"]));
  return (legacyPath === undefined ? undefined : await startTime(legacyPath)) ?? usualStartMs;
}
