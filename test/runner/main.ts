// `npm test`: every part of the suite one after the other, each with its own output, and one closing line
// with the counts of all, after the names of what failed. A part that cannot be counted (it died, or printed no result) counts as failed.
//
//   npm test                 all parts
//   npm test -- vitest rust  only these
import { type Part, parts } from "./parts.ts";
import { runPart } from "./run-part.ts";

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  process.stderr.write(`no such part: ${unknown.join(", ")} (there are ${parts.map((p) => p.name).join(", ")})\n`);
  process.exit(2);
}

const chosen: Part[] = parts.filter((part) => wanted.length === 0 || wanted.includes(part.name));
let passed = 0;
let failed = 0;
const rows: string[] = [];
const names: string[] = [];
for (const part of chosen) {
  process.stdout.write(`\n== ${part.title}\n`);
  const begun = Date.now();
  const result = await runPart(part);
  passed += result.passed;
  failed += result.failed;
  names.push(...result.names.map((name) => `failed: ${name}`));
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  rows.push(
    `${part.title.padEnd(36)} ${String(result.passed).padStart(6)} passed ${String(result.failed).padStart(4)} failed ${seconds.padStart(7)} s`,
  );
}
const closing = [...rows, "", ...names, `${passed} passed, ${failed} failed`];
process.stdout.write(`\n${closing.join("\n")}\n`);
process.exitCode = failed > 0 ? 1 : 0;
