// Builds the launcher and the addon in release mode and puts them into bin/. Whether anything needs
// building is cargo's decision, which takes it a fraction of a second.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { paths } from "../paths.mjs";
import { Problem } from "../problem.mjs";
import { findAll, run } from "../run.mjs";

/** @param {string} version */
const rustAdvice = (version) => [
  `Install Rust ${version} or newer (rustup installs it: https://rustup.rs) and run the same command again.`,
];

/** @param {(text: string) => void} detail */
export async function buildNative(detail) {
  const manifest = path.join(paths.native, "Cargo.toml");
  const wanted = /rust-version\s*=\s*"([\d.]+)"/.exec(readFileSync(manifest, "utf8"))?.[1] ?? "1.90";
  if (findAll("cargo").length === 0) throw new Problem("cargo is not installed", rustAdvice(wanted));
  const artifacts = new Map();
  let compiled = 0;
  /** @param {string} line */
  const onLine = (line) => {
    if (!line.startsWith("{")) return;
    const message = parse(line);
    if (message?.reason !== "compiler-artifact") return;
    if (!message.fresh) {
      compiled += 1;
      detail(`${compiled} crates, ${message.target.name}`);
    }
    const kinds = message.target.kind;
    if (kinds.includes("bin") && message.executable) artifacts.set(message.target.name, message.executable);
    if (kinds.includes("cdylib"))
      artifacts.set(
        "addon",
        message.filenames.find((/** @type {string} */ f) => /\.(so|dylib)$/.test(f)),
      );
  };
  const common = ["--release", "--locked", "--message-format=json-render-diagnostics", "--manifest-path", manifest];
  const flags = linksStatically() ? ["--", "-C", "target-feature=+crt-static"] : [];
  for (const args of [
    ["build", ...common, "-p", "amalgam-addon"],
    ["rustc", ...common, "-p", "amalgam-launcher", "--bin", "hg", ...flags],
  ]) {
    const result = await run("cargo", args, { cwd: paths.native, onLine, skip: isNoise });
    if (result.code !== 0) throw failure(result.tail, wanted);
  }
  const launcher = artifacts.get("hg");
  const addon = artifacts.get("addon");
  if (!launcher || !addon) throw new Error("cargo built neither a binary `hg` nor the addon");
  const placed = [place(launcher, paths.launcher, checkLauncher), place(addon, paths.addon)].some(Boolean);
  if (compiled === 0 && !placed) return undefined;
  return compiled === 0 ? "put in place" : `${compiled} crates built`;
}

/** A launcher without a dynamic linker starts a quarter of a millisecond sooner; not every machine has a static libc. */
function linksStatically() {
  const folders = ["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
  return process.platform === "linux" && folders.some((folder) => existsSync(path.join(folder, "libc.a")));
}

/** What says nothing about a failure. @param {string} line */
function isNoise(line) {
  return line.startsWith("{") || /^\s+(Compiling|Download|Blocking|Locking|Updating|Finished)/.test(line);
}

/** @param {string} text @param {string} wanted */
function failure(text, wanted) {
  if (/linker `?\w*`? not found|could not find.*\bcc\b|failed to find tool/i.test(text)) {
    return new Problem("there is no C compiler, which Rust needs to link", [
      "Install one (Debian, Ubuntu: apt install build-essential; Fedora: dnf install gcc; macOS: xcode-select --install)",
      "and run the same command again.",
    ]);
  }
  if (/requires rustc|is not supported by the following|edition 2024|lock file version/i.test(text)) {
    return new Problem("this machine's Rust is too old", rustAdvice(wanted), text);
  }
  if (/failed to (download|fetch|get)|spurious network error|could not resolve host|failed to query/i.test(text)) {
    return new Problem(
      "cargo could not download the crates",
      ["Check the network and run the same command again."],
      text,
    );
  }
  return new Problem("the Rust build failed", ["The first `error` above says why."], text);
}

/** Runs a launcher once, where it finds no Mercurial and says so. @param {string} file */
function checkLauncher(file) {
  const { error, signal, status, stderr } = spawnSync(file, ["root"], {
    cwd: "/",
    env: { PATH: "/nonexistent" },
    encoding: "utf8",
    timeout: 30_000,
  });
  if (status !== null && stderr.includes("there is no other hg on PATH")) return;
  const what = error?.message ?? (signal ? `it ended by ${signal}` : `exit code ${status}`);
  throw new Problem(
    "the launcher that was built does not run on this machine; the earlier one, if any, stays",
    ["Delete native/target and run the same command again."],
    `${what}\n${stderr ?? ""}`,
  );
}

/**
 * Replaces `to` when it differs, by renaming, because it may be running.
 * @param {string} from
 * @param {string} to
 * @param {(file: string) => void} [check] throws when the new file must not be put in place
 */
function place(from, to, check) {
  const content = readFileSync(from);
  try {
    if (readFileSync(to).equals(content)) return false;
  } catch {
    mkdirSync(path.dirname(to), { recursive: true });
  }
  const partial = `${to}.${process.pid}.new`;
  copyFileSync(from, partial);
  chmodSync(partial, 0o755);
  try {
    check?.(partial);
  } catch (error) {
    rmSync(partial);
    throw error;
  }
  renameSync(partial, to);
  return true;
}

/** @param {string} line */
function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
