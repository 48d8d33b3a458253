// Paths of a policy that begin at the user's home.
import { homedir } from "node:os";
import path from "node:path";

/** `file` with the user's home for a leading `~`. */
export function expandHome(file: string): string {
  return file.startsWith("~/") ? path.join(homedir(), file.slice(2)) : file;
}
