// What every file keeps to: a head comment that says why it exists, a name in one case, a size that one can
// read, and no trace of the machine that it was written on.
import path from "node:path";
import { describe, expect, test } from "vitest";
import { files, text } from "./tree.ts";

const rust = files("native", ".rs");
const scripts = ["setup", "shim", "demo", "test", "compat"].flatMap((folder) => files(folder, ".ts", ".mjs", ".js"));
const others = ["compat", "native"].flatMap((folder) => files(folder, ".py", ".sh"));

const firstLine = (file: string): string => {
  const lines = text(file).split("\n");
  // After an interpreter line or Rust's attributes of the whole file.
  return lines.find((line) => line !== "" && !line.startsWith("#!")) ?? "";
};

describe("a head comment", () => {
  test("on every Rust file", () => {
    expect(rust.filter((file) => !/^\/\/! ?\S/.test(firstLine(file)))).toEqual([]);
  });
  test("on every TypeScript and JavaScript file", () => {
    expect(scripts.filter((file) => !/^(\/\/|\/\*\*?) ?\S/.test(firstLine(file)))).toEqual([]);
  });
  test("on every script", () => {
    expect(others.filter((file) => !/^(#|"""|'''|r""") ?\S/.test(firstLine(file)))).toEqual([]);
  });
});

describe("names", () => {
  test("TypeScript, JavaScript and shell in kebab case", () => {
    const odd = [...scripts, ...files("compat", ".sh")].filter(
      (file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|d))?\.(ts|mjs|js|sh)$/.test(path.basename(file)),
    );
    expect(odd).toEqual([]);
  });
  test("Rust in snake case", () => {
    expect(rust.filter((file) => !/^[a-z0-9]+(_[a-z0-9]+)*\.rs$/.test(path.basename(file)))).toEqual([]);
  });
});

describe("sizes", () => {
  const lines = (file: string): number => text(file).split("\n").length;
  test("no Rust file above 600 lines", () => {
    expect(rust.filter((file) => lines(file) > 600).map((file) => `${file}: ${lines(file)}`)).toEqual([]);
  });
  test("no TypeScript file above 250 lines", () => {
    const long = scripts.filter((file) => !file.startsWith("shim/generated/") && lines(file) > 250);
    expect(long.map((file) => `${file}: ${lines(file)}`)).toEqual([]);
  });
});

describe("nothing in the tree", () => {
  const kept = files("").filter((file) => !/(\.lock|package-lock\.json|\.node|\.log)$/.test(file));
  const matching = (pattern: RegExp, among = kept): string[] =>
    among.flatMap((file) => {
      const found = pattern.exec(text(file));
      return found ? [`${file}: ${found[0]}`] : [];
    });

  test("names a folder of somebody's machine", () => {
    // Written so that this file does not match itself.
    const folders = ["work/main", "work/shared", "work/scratch", "root/\\."];
    expect(matching(new RegExp(`(?<![\\w.])/(${folders.join("|")})`))).toEqual([]);
  });
  test("needs a folder beside the tree", () => {
    expect(matching(new RegExp(["\\.\\.", "shared/"].join("/")))).toEqual([]);
  });
  test("is a test that is left out", () => {
    const skipped = ["\\b(?:test|it|describe)\\.(?:skip|only|todo)\\b", "#\\[ignore\\b"];
    expect(matching(new RegExp(skipped.join("|")), [...rust, ...scripts])).toEqual([]);
  });
  test("is unfinished code", () => {
    expect(matching(new RegExp(["todo", "unimplemented"].map((name) => `\\b${name}!\\(`).join("|")), rust)).toEqual([]);
  });
});
