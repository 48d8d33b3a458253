// Files that other processes read at any moment: whole, or as they were before.
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Writes `file` and what folders it needs. */
export function replaceFile(file: string, content: string | Buffer): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.new`;
  try {
    writeFileSync(partial, content);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    // The one for the write itself names no file.
    if (error instanceof Error) Object.assign(error, { path: file });
    throw error;
  }
}
