// Reads how many tests passed and failed, and which ones, from what each kind of runner prints.
import { stripVTControlCharacters } from "node:util";

export interface Counts {
  passed: number;
  failed: number;
}

const number = (text: string | undefined): number => Number(text ?? 0);

/** vitest's `Tests  2 failed | 40 passed (42)`; a file that did not load is no test, but fails. */
export function vitestCounts(output: string): Counts | undefined {
  const text = stripVTControlCharacters(output);
  const tests = /^\s*Tests\s+(.*\(\d+\))/m.exec(text)?.[1];
  const files = /^\s*Test Files\s+(.*\(\d+\))/m.exec(text)?.[1];
  if (!files) return undefined;
  const failedTests = number(/(\d+) failed/.exec(tests ?? "")?.[1]);
  const failedFiles = number(/(\d+) failed/.exec(files)?.[1]);
  return { passed: number(/(\d+) passed/.exec(tests ?? "")?.[1]), failed: Math.max(failedTests, failedFiles) };
}

/** The sum over cargo's `test result: ok. 12 passed; 0 failed; …`, one line per test binary. */
export function cargoCounts(output: string): Counts | undefined {
  const lines = [...stripVTControlCharacters(output).matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)];
  if (lines.length === 0) return undefined;
  return {
    passed: lines.reduce((sum, line) => sum + number(line[1]), 0),
    failed: lines.reduce((sum, line) => sum + number(line[2]), 0),
  };
}

/** The last line of the form `N passed, N failed`. */
export function closingLineCounts(output: string): Counts | undefined {
  const lines = [...stripVTControlCharacters(output).matchAll(/^(?:\w+: )?(\d+) passed, (\d+) failed\b.*$/gm)];
  const last = lines.at(-1);
  return last && { passed: number(last[1]), failed: number(last[2]) };
}

/** What failed, by the first group of `pattern`, each once; without colours and runs of blanks. */
export function failures(output: string, pattern: RegExp): string[] {
  const found = [...stripVTControlCharacters(output).matchAll(pattern)];
  return [...new Set(found.map((match) => (match[1] ?? "").replace(/\s+/g, " ").trim()))];
}
