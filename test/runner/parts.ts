// The parts of `npm test` and how each one's output is counted.
import { availableParallelism } from "node:os";
import path from "node:path";
import { type Counts, cargoCounts, closingLineCounts, vitestCounts } from "./counts.ts";

export interface Part {
  name: string;
  title: string;
  command: string[];
  /** The tests counted in what the part printed; undefined when it printed no result. */
  count: (output: string) => Counts | undefined;
  /** How it names a failed test, with a group for the name. */
  failure: RegExp;
}

export const root = path.resolve(import.meta.dirname, "../..");
const vitest = path.join(root, "node_modules", "vitest", "vitest.mjs");
const cargoManifest = path.join(root, "native", "Cargo.toml");

export const parts: Part[] = [
  {
    name: "vitest",
    title: "front end, package and conventions",
    command: [process.execPath, vitest, "run"],
    count: vitestCounts,
    failure: /^ FAIL {2}(.+)$/gm,
  },
  {
    name: "rust",
    title: "Rust crates",
    command: [
      ...["cargo", "test", "--workspace", "--locked", "--no-fail-fast", "--manifest-path", cargoManifest],
      // Most of them wait for legacy.
      ...["--", `--test-threads=${2 * availableParallelism()}`],
    ],
    count: cargoCounts,
    failure: /^test (.+) \.\.\. FAILED$/gm,
  },
  {
    name: "parity",
    title: "parity with legacy, quick tier",
    command: [process.execPath, path.join(root, "compat", "runner", "main.ts"), "--tier", "quick"],
    count: closingLineCounts,
    failure: /^FAILED (.+)$/gm,
  },
];
