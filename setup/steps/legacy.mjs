// Provides the Mercurial that tests and the demo compare with: AMALGAM_LEGACY_HG, else an `hg` on the PATH
// that is not amalgam and has the pinned version, else a private virtual environment.
import { readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { paths, pinnedMercurial, root } from "../paths.mjs";
import { Problem } from "../problem.mjs";
import { findAll, isExecutable, run } from "../run.mjs";
import { isStamped, writeWhole } from "../stamp.mjs";

const python = "python3";
/** Every launcher binary carries it (native/routing/src/legacy.rs). */
const launcherMarker = "amalgam-launcher:not-legacy-hg:";

/**
 * @param {(text: string) => void} detail
 * @param {(hg: string) => void} use gets the path of the Mercurial to compare with
 */
export async function provideLegacy(detail, use) {
  const named = process.env.AMALGAM_LEGACY_HG;
  if (named) {
    if (!isExecutable(named)) {
      throw new Problem(`AMALGAM_LEGACY_HG names ${named}, which is not a program`, ["Correct or unset it."]);
    }
    use(named);
    return undefined;
  }
  for (const candidate of findAll("hg").filter((file) => !isAmalgam(file))) {
    if ((await versionOf(candidate)) === pinnedMercurial) {
      use(candidate);
      return undefined;
    }
  }
  const hg = path.join(paths.venv, "bin", "hg");
  const stampFile = path.join(paths.venv, ".amalgam-stamp");
  const stamp = `mercurial==${pinnedMercurial} ${root}`;
  // The link to the interpreter dangles once that Python is gone.
  const intact = isStamped(stampFile, stamp) && isExecutable(hg) && isExecutable(path.join(paths.venv, "bin", python));
  if (!intact) {
    await makeEnvironment(detail, hg);
    writeWhole(stampFile, stamp);
  }
  use(hg);
  return intact ? undefined : `Mercurial ${pinnedMercurial} in .venv`;
}

/** Whether an executable is the launcher, under whatever name. @param {string} file */
export function isAmalgam(file) {
  try {
    const real = realpathSync(file);
    return statSync(real).size < 64 * 1024 * 1024 && readFileSync(real).includes(launcherMarker);
  } catch {
    return false;
  }
}

/** @param {string} hg */
async function versionOf(hg) {
  const answer = await run(hg, ["version", "-q", "-T", "{ver}"], { env: plain(), timeout: 20_000 });
  return answer.code === 0 ? answer.stdout.trim() : undefined;
}

function plain() {
  return { ...process.env, HGPLAIN: "1", HGRCPATH: "" };
}

/** @param {(text: string) => void} detail @param {string} hg */
async function makeEnvironment(detail, hg) {
  if (findAll(python).length === 0) {
    throw new Problem("python3 is not installed", [
      "The tests and the demo compare with a real Mercurial, which needs Python 3.9 or newer.",
      "Install it (Debian, Ubuntu: apt install python3 python3-venv) and run the same command again.",
    ]);
  }
  const probe = await run(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
  const [major = Number.NaN, minor = 0] = probe.stdout.trim().split(".").map(Number);
  if (probe.code !== 0 || Number.isNaN(major)) {
    throw new Problem(
      "python3 does not run",
      ["Repair or reinstall Python and run the same command again."],
      probe.tail,
    );
  }
  if (major < 3 || (major === 3 && minor < 9)) {
    throw new Problem(`Python ${major}.${minor} is too old for Mercurial ${pinnedMercurial}`, [
      "Install Python 3.9 or newer and run the same command again.",
    ]);
  }
  detail("making a virtual environment");
  rmSync(paths.venv, { recursive: true, force: true });
  const made = await run(python, ["-m", "venv", paths.venv]);
  if (made.code !== 0) {
    throw new Problem(
      "python3 cannot make a virtual environment",
      ["Install its venv module (Debian, Ubuntu: apt install python3-venv) and run the same command again."],
      made.tail,
    );
  }
  detail(`downloading Mercurial ${pinnedMercurial}`);
  const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"];
  const installed = await run(path.join(paths.venv, "bin", python), [...pip, `mercurial==${pinnedMercurial}`]);
  if (installed.code !== 0 || !isExecutable(hg)) throw installFailure(installed.tail);
}

/** @param {string} tail */
function installFailure(tail) {
  if (/Python\.h|gcc|command '.*cc' failed|error: command/i.test(tail)) {
    return new Problem(
      "Mercurial has no ready-made package for this Python and could not be compiled",
      [
        "Install a C compiler and Python's headers (Debian, Ubuntu: apt install build-essential python3-dev)",
        "and run the same command again.",
      ],
      tail,
    );
  }
  return new Problem(
    `pip could not install mercurial==${pinnedMercurial}`,
    ["Check the network and pip's index settings, then run the same command again."],
    tail,
  );
}
