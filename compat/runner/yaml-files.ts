// The YAML files that an option names: one file, or every one of a folder.
import { readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { FileMistakes } from "./yaml-file.ts";

export interface NamedFile {
  path: string;
  /** As messages show it. */
  shown: string;
  /** Without folder and ending. */
  name: string;
}

/** Lists the files in order. Throws `FileMistakes` when there are none. */
export function yamlFiles(place: string): NamedFile[] {
  const isYaml = (file: string): boolean => /\.ya?ml$/.test(file);
  let paths: string[];
  try {
    paths = statSync(place).isDirectory()
      ? readdirSync(place)
          .filter(isYaml)
          .sort()
          .map((file) => join(place, file))
      : [place];
  } catch (error) {
    throw new FileMistakes([`${place}: cannot be read: ${(error as Error).message}`]);
  }
  if (paths.length === 0) throw new FileMistakes([`${place}: holds no .yaml file`]);
  return paths.map((path) => ({ path, shown: shorten(path), name: basename(path).replace(/\.ya?ml$/, "") }));
}

/** Relative to the current folder where that does not lead out of it. */
function shorten(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith("..") ? path : near;
}

/** Runs `read` on each file and throws the mistakes of all of them at once. */
export function readAll(files: readonly NamedFile[], read: (file: NamedFile, mistakes: string[]) => void): void {
  const mistakes: string[] = [];
  for (const file of files) {
    try {
      read(file, mistakes);
    } catch (error) {
      if (!(error instanceof FileMistakes)) throw error;
      mistakes.push(...error.mistakes);
    }
  }
  if (mistakes.length > 0) throw new FileMistakes(mistakes);
}
