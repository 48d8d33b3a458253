// The steps of set-up in their order. Each looks first whether it has anything to do.
import { locked } from "./lock.mjs";
import { paths } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { Progress, seconds } from "./progress.mjs";
import { isStamped, writeWhole } from "./stamp.mjs";
import { gatherFacts } from "./steps/facts.mjs";
import { buildFrontEnd } from "./steps/front-end.mjs";
import { provideLegacy } from "./steps/legacy.mjs";
import { buildNative } from "./steps/native.mjs";
import { provideNode } from "./steps/node.mjs";
import { installPackages } from "./steps/packages.mjs";

/**
 * @typedef {object} Prepared
 * @property {string} node the Node to run on
 * @property {string} legacy the Mercurial to compare with; empty when it was not looked for
 */

/**
 * Makes the tree ready. `light` leaves out what linting and type checking don't need.
 * @param {{light: boolean}} options
 * @returns {Promise<Prepared>}
 */
export function prepare({ light }) {
  if (process.platform === "win32") {
    throw new Problem("amalgam does not run on Windows yet", ["Use Linux, macOS or the Windows Subsystem for Linux."]);
  }
  return locked(async () => {
    const begun = Date.now();
    const progress = new Progress();
    let node = process.execPath;
    let legacy = "";
    await progress.step("Node", (detail) => provideNode(detail, (file) => (node = file)));
    await progress.step("npm packages", () => installPackages(node));
    if (light) return { node, legacy };
    await progress.step("Mercurial to compare with", (detail) => provideLegacy(detail, (file) => (legacy = file)));
    await progress.step("launcher and addon", buildNative);
    await progress.step("front end", () => buildFrontEnd(node));
    await progress.step("facts about Mercurial", () => gatherFacts(legacy));
    const state = `${JSON.stringify({ node, legacy }, null, 2)}\n`;
    if (!isStamped(paths.state, state)) writeWhole(paths.state, state);
    if (progress.worked > 0) process.stderr.write(`ready after ${seconds(Date.now() - begun)}\n`);
    return { node, legacy };
  });
}
