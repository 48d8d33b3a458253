// The folder of the journal, of comparisons and of demotions, and whether anything can be written there.
import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { currentRequest, engine } from "../engine/index.ts";

export interface Records {
  /** Where they are; undefined for a user without a home. */
  folder?: string;
  /** Whether the folder is there: without it nothing is recorded, by choice. */
  kept: boolean;
  /** Why nothing can be written, although it is there. */
  trouble?: string;
}

export function readRecords(): Records {
  const { state } = engine().layout(currentRequest([]));
  if (!state) return { kept: false };
  if (!existsSync(state)) return { folder: state, kept: false };
  const trouble = troubleIn(state);
  return { folder: state, kept: true, ...(trouble !== undefined && { trouble }) };
}

function troubleIn(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const { bavail, blocks } = statfsSync(folder);
    // Some file systems do not count blocks.
    return blocks > 0 && bavail === 0 ? "no space left on that disk" : undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return /^[A-Z]+: (.*?),/.exec(message)?.[1] ?? code;
  }
}
