// package.json: the scripts that people are told of, versions that exist once, and no dependency that is not used.
import { describe, expect, test } from "vitest";
import { files, imports, text } from "./tree.ts";

const manifest = JSON.parse(text("package.json"));
const sources = ["setup", "shim", "demo", "test", "compat"].flatMap((folder) => files(folder, ".ts", ".mjs"));
const imported = new Set([...sources, "vitest.config.ts"].flatMap(imports).map(packageName));

function packageName(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

test("the scripts", () => {
  expect(Object.keys(manifest.scripts)).toEqual(
    expect.arrayContaining(["setup", "start", "test", "check", "bench", "compat", "fuzz"]),
  );
});

describe("dependencies", () => {
  /** Used by name from scripts, not by import. */
  const tools = ["@biomejs/biome", "typescript", "@types/node"];
  test("each is used", () => {
    const all = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect(all.filter((name) => !imported.has(name) && !tools.includes(name))).toEqual([]);
  });
  test("what the front end imports is a dependency and not only there for development", () => {
    const used = files("shim", ".ts")
      .filter((file) => !file.endsWith("generate.ts"))
      .flatMap(imports)
      .filter((name) => !name.startsWith(".") && !name.startsWith("node:"));
    expect([...new Set(used.map(packageName))].filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });
});

test("one version for package and crates", () => {
  expect(/^version = "(.+)"$/m.exec(text("native/Cargo.toml"))?.[1]).toBe(manifest.version);
});

test("the licence is stated alike and both texts are there", () => {
  expect(manifest.license).toBe("(MIT OR Apache-2.0)");
  expect(text("native/Cargo.toml")).toContain('license = "MIT OR Apache-2.0"');
  expect(text("LICENSE-MIT")).toContain("Permission is hereby granted");
  expect(text("LICENSE-APACHE")).toContain("END OF TERMS AND CONDITIONS");
});

test("the lock file names every package by a checksum or as one of another platform", () => {
  const { packages } = JSON.parse(text("package-lock.json"));
  const bare = Object.entries<Record<string, unknown>>(packages).filter(
    ([name, entry]) => name && !entry.integrity && !entry.optional,
  );
  expect(bare.map(([name]) => name)).toEqual([]);
});
