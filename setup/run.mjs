// Starts the programs that set-up needs and keeps their output for the case that they fail.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {object} Result
 * @property {number | null} code exit code, null when a signal ended it or it could not be started
 * @property {string} stdout
 * @property {string} tail the first and the last lines of both streams
 */

/**
 * @param {string} file
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, skip?: (line: string) => boolean, timeout?: number}} [options]
 *   `onLine` sees every line; `skip` leaves lines out of the tail
 * @returns {Promise<Result>}
 */
export function run(file, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeout,
    });
    let stdout = "";
    let rest = "";
    /** @type {string[]} */
    const head = [];
    /** @type {string[]} */
    const last = [];
    /** @param {string} chunk */
    const take = (chunk) => {
      rest += chunk;
      const whole = rest.split("\n");
      rest = whole.pop() ?? "";
      for (const line of whole) {
        options.onLine?.(line);
        if (options.skip?.(line)) continue;
        if (head.length < 12) head.push(line);
        else if (last.push(line) > 12) last.shift();
      }
    };
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk;
      take(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) => resolve({ code: null, stdout, tail: error.message }));
    child.on("close", (code) => resolve({ code, stdout, tail: [...head, ...last, rest].join("\n") }));
  });
}

/** Every executable called `name` on the PATH, in order. @param {string} name @param {string} [searchPath] */
export function findAll(name, searchPath = process.env.PATH ?? "") {
  return searchPath
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, name))
    .filter(isExecutable);
}

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
