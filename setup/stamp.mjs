// Remembers that a step was finished and from which inputs, so that the next run can skip it.
// A stamp is written last: a step that was interrupted has none and is done again.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A fingerprint of texts and files. @param {string[]} texts @param {string[]} [files] */
export function fingerprint(texts, files = []) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text}\0`);
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

/** @param {string} file @param {string} wanted */
export function isStamped(file, wanted) {
  try {
    return readFileSync(file, "utf8") === wanted;
  } catch {
    return false;
  }
}

/** Writes a file whole or not at all. @param {string} file @param {string | Uint8Array} content @param {number} [mode] */
export function writeWhole(file, content, mode = 0o644) {
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.new`;
  writeFileSync(partial, content, { mode });
  renameSync(partial, file);
}
