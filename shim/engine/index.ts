// The Rust engine in this process. The addon is loaded at the first question.
import { createRequire } from "node:module";
import path from "node:path";
import { packageRoot } from "./package-root.ts";
import type { Addon } from "./types.ts";

export { currentRequest } from "./request.ts";
export type * from "./types.ts";

/** The addon is not there or does not fit this platform; set-up builds it. */
export class EngineMissing extends Error {}

let loaded: Addon | undefined;

/** The engine. Throws EngineMissing where it was not built. */
export function engine(): Addon {
  loaded ??= load();
  return loaded;
}

function load(): Addon {
  const file = path.join(packageRoot(), "bin", "amalgam.node");
  try {
    return createRequire(import.meta.url)(file);
  } catch (error) {
    throw new EngineMissing(`the engine cannot be loaded: ${(error as Error).message.split("\n")[0]}`);
  }
}
