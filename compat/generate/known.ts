// The ledger of generated lines: the same rules as compat/ledger, but an entry says what a difference looks like.
import { join } from "node:path";
import { z } from "zod";
import type { Result } from "../runner/compare.ts";
import type { LedgerEntry } from "../runner/ledger.ts";
import type { Legacy } from "../runner/legacy.ts";
import { readYamlFile } from "../runner/yaml-file.ts";

const pattern = z.string().transform((text) => new RegExp(text));
const schema = z.strictObject({
  entries: z.array(
    z.strictObject({
      kind: z.enum(["never", "not-yet", "flaky"]),
      reason: z.string().min(1),
      command: z.union([z.string(), z.array(z.string())]).optional(),
      line: pattern.optional(),
      unless: pattern.optional(),
      repository: pattern.optional(),
      legacy: z.enum(["c", "rust"]).optional(),
      files: z.array(z.string()).min(1),
    }),
  ),
});

const shown = "compat/ledger/generated/known.yaml";

/** The entries that apply to results, by case id. */
export function knownDifferences(results: readonly Result[], build: Legacy["build"]): Map<string, LedgerEntry> {
  const { entries } = readYamlFile(join(import.meta.dirname, "..", "..", shown), shown, schema).value;
  const known = new Map<string, LedgerEntry>();
  for (const { id, command, fixture, differences } of results) {
    if (differences.length === 0) continue;
    const paths = differences.flatMap(({ what, text }) =>
      what === "files" ? [...text.matchAll(/^[-+] (.*): [^:]*$/gm)].map((match) => match[1] ?? "") : [""],
    );
    const line = id.slice(id.indexOf(": ") + 1);
    const entry = entries.find(
      (one) =>
        [one.command ?? command].flat().includes(command) &&
        (one.legacy ?? build) === build &&
        one.line?.test(line) !== false &&
        one.repository?.test(fixture) !== false &&
        !one.unless?.test(line) &&
        paths.every((path) => one.files.includes(path)),
    );
    if (entry) known.set(id, { kind: entry.kind, reason: entry.reason, file: shown });
  }
  return known;
}
