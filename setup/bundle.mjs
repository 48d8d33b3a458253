// Bundles shim/bin/amalgam.ts into dist/: one small entry, and one chunk per subcommand that is read only
// when it is used. Set-up runs it; so does whoever publishes the package.
import { rmSync } from "node:fs";
import path from "node:path";
import { build } from "rolldown";
import { paths, root } from "./paths.mjs";

rmSync(paths.dist, { recursive: true, force: true });
await build({
  input: { amalgam: path.join(root, "shim", "bin", "amalgam.ts") },
  platform: "node",
  logLevel: "warn",
  output: {
    dir: paths.dist,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    minify: false,
    sourcemap: false,
  },
});
