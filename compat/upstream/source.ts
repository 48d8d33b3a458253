// The source release of the Mercurial that is the reference: its tests are not installed with it. pip fetches it once.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";

/** The folder with `tests/run-tests.py` of `version`, fetched into `cache` unless one is `given`. */
export async function provideSource(given: string | undefined, version: string, cache: string, python: string) {
  if (given !== undefined) {
    const folder = resolve(given);
    if (existsSync(join(folder, "tests", "run-tests.py"))) return folder;
    throw new Error(`${folder} is not an unpacked Mercurial release: it has no tests/run-tests.py`);
  }
  if (!/^[0-9][0-9.rc]*$/.test(version)) {
    throw new Error(`Mercurial ${version} is not a release; name its source with --source FOLDER`);
  }
  const folder = join(cache, `mercurial-${version}`);
  if (existsSync(join(folder, "tests", "run-tests.py"))) return folder;
  const fetching = join(cache, `fetching-${process.pid}`);
  mkdirSync(fetching, { recursive: true });
  try {
    process.stderr.write(`fetching the source of Mercurial ${version}\n`);
    const what = ["--no-deps", "--no-binary", ":all:", `mercurial==${version}`];
    const pip = ["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"];
    await execa(python, [...pip, ...what, "--dest", fetching]);
    const archive = readdirSync(fetching).find((name) => name.endsWith(".tar.gz"));
    if (archive === undefined) throw new Error(`pip fetched no source archive of Mercurial ${version}`);
    await execa("tar", ["-xzf", archive], { cwd: fetching });
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(fetching, `mercurial-${version}`), folder);
  } finally {
    rmSync(fetching, { recursive: true, force: true });
  }
  return folder;
}
