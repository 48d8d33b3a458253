// The evolve extension, with which random repositories get the obsolete changesets that people really have: folded,
// split, pruned, touched, and unstable on purpose. pip fetches it once; without it those steps do nothing.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { Legacy } from "../runner/legacy.ts";

const version = "12.0.0";

/** The file to enable, fetched into `cache` when it is not there; undefined when pip cannot. */
export async function provideEvolve(
  cache: string,
  legacy: Legacy,
  say: (text: string) => void,
): Promise<string | undefined> {
  const folder = join(cache, `hg-evolve-${version}`);
  const extension = join(folder, "hgext3rd/evolve/__init__.py");
  if (existsSync(extension)) return extension;
  const fetching = `${folder}.fetching-${process.pid}`;
  const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"];
  const pythons = [join(dirname(legacy.path), "python3"), "python3"].filter(
    (path) => path === "python3" || existsSync(path),
  );
  mkdirSync(cache, { recursive: true });
  try {
    for (const python of pythons) {
      const { failed } = await execa(python, [...pip, "--target", fetching, `hg-evolve==${version}`], {
        reject: false,
      });
      if (failed) continue;
      if (!existsSync(folder)) renameSync(fetching, folder);
      return extension;
    }
  } finally {
    rmSync(fetching, { recursive: true, force: true });
  }
  say(`  pip cannot fetch hg-evolve ${version}: the repositories are made without it, so seeds give others`);
  return undefined;
}
