// What one start of the installed Mercurial takes: the unit in which the report counts what was saved and lost.
import { execa } from "execa";

const starts = 3;
const limitMs = 20_000;

/** Milliseconds, the least of a few; undefined when it does not start. */
export async function startTime(hg: string): Promise<number | undefined> {
  let least: number | undefined;
  for (let count = 0; count < starts; count += 1) {
    const begun = performance.now();
    const env = { HGRCPATH: "", HGPLAIN: "1" };
    const options = { env, stdio: "ignore", reject: false, timeout: limitMs } as const;
    const { exitCode } = await execa(hg, ["root", "--cwd", "/"], options);
    if (exitCode === undefined) return undefined;
    least = Math.min(least ?? Number.POSITIVE_INFINITY, performance.now() - begun);
  }
  return least;
}
