// The entry of every npm script: makes the tree ready, then runs the script that was asked for on a
// supported Node. It runs before anything is installed, so it and what it imports use nothing but Node 18.
//
//   node setup/main.mjs                       only set up
//   node setup/main.mjs run [--light] FILE …  set up (--light: Node and npm packages only), then run FILE
import { spawn } from "node:child_process";
import { constants } from "node:os";
import path from "node:path";
import { root } from "./paths.mjs";
import { prepare } from "./prepare.mjs";
import { Problem } from "./problem.mjs";

/** @param {string[]} args */
async function main(args) {
  const light = args[1] === "--light";
  const [script, ...rest] = args[0] === "run" ? args.slice(light ? 2 : 1) : [];
  const { node, legacy } = await prepare({ light });
  if (!script) {
    process.stderr.write("set up: bin/hg is the launcher, bin/amalgam the front end; `npm start` shows them at work\n");
    return 0;
  }
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}` };
  if (legacy) env.AMALGAM_LEGACY_HG = legacy;
  return follow(spawn(node, [path.join(root, script), ...rest], { stdio: "inherit", env }));
}

/** Waits for the child and ends as it ended. @param {import("node:child_process").ChildProcess} child */
function follow(child) {
  // The terminal sends its signals to both; the child decides when to stop.
  for (const name of ["SIGINT", "SIGHUP", "SIGTERM"]) {
    process.on(name, () => {
      if (name === "SIGTERM") child.kill(name);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`${error instanceof Problem ? error : error.stack}\n`);
    process.exitCode = 1;
  },
);
