// Files that other processes read at any moment: whole, or as they were before.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Writes `file` and what folders it needs. */
export function replaceFile(file: string, content: string | Buffer): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.new`;
  writeFileSync(partial, content);
  renameSync(partial, file);
}
