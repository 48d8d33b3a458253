// Has the launcher ask Mercurial for what native needs to know of it, so that the first command is native.
import os from "node:os";
import { paths } from "../paths.mjs";
import { Problem } from "../problem.mjs";
import { run } from "../run.mjs";

/** A first answer takes as long as Mercurial takes to start; a later one does not. */
const noticeable = 100;

/** @param {string} legacy */
export async function gatherFacts(legacy) {
  const begun = Date.now();
  // With "abort" the launcher asks at once instead of behind a fallback.
  const env = { ...process.env, AMALGAM_LEGACY_HG: legacy, AMALGAM_ON_UNSUPPORTED: "abort" };
  const answer = await run(paths.launcher, ["version", "-q"], { cwd: os.tmpdir(), env });
  if (answer.tail.includes("legacy.facts-missing")) {
    const advice = [`Check that \`${legacy} version\` works and that the cache folder can be written.`];
    throw new Problem("Mercurial does not tell what amalgam needs to know of it", advice, answer.tail);
  }
  return Date.now() - begun > noticeable ? "gathered" : undefined;
}
