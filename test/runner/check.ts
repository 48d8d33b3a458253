// `npm run check`: types, lint and format of both languages. All of them run, also after a failure.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { root } from "./parts.ts";

const manifest = ["--manifest-path", path.join(root, "native", "Cargo.toml")];
const tool = (...parts: string[]): string[] => [process.execPath, path.join(root, "node_modules", ...parts)];
const checks: [title: string, command: string[]][] = [
  ["tsc", [...tool("typescript", "bin", "tsc"), "-p", root]],
  [
    "tsc (the parity report's page)",
    [...tool("typescript", "bin", "tsc"), "-p", path.join(root, "compat", "runner", "page")],
  ],
  ["biome", [...tool("@biomejs", "biome", "bin", "biome"), "check", "--error-on-warnings", root]],
  ["cargo fmt", ["cargo", "fmt", "--all", "--check", ...manifest]],
  [
    "cargo clippy",
    ["cargo", "clippy", "--workspace", "--all-targets", "--locked", ...manifest, "--", "-D", "warnings"],
  ],
];

let failures = 0;
for (const [title, [program = "", ...args]] of checks) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) failures += 1;
  process.stdout.write(`${status === 0 ? "✓" : "✗"} ${title}\n`);
}
process.exitCode = failures > 0 ? 1 : 0;
