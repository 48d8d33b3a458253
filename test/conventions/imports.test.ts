// Imports go one way, in both languages, and each door has one folder.
import { builtinModules } from "node:module";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { files, imports, resolveImport, text } from "./tree.ts";

/** The layers of shim/, lowest first. A folder imports from lower layers and from itself. */
const shimLayers = [
  ["generated"],
  ["policy", "engine", "legacy", "journal"],
  ["compare", "report", "suite"],
  ["api"],
  ["commands"],
  ["bin"],
];
/** The same for the crates of native/. */
const crateLayers = [
  ["types"],
  ["formats", "config"],
  ["repo", "matching"],
  ["worktree", "query", "template", "diff", "commandserver"],
  ["fileset"],
  ["commands"],
  ["routing"],
  ["launcher", "addon"],
];

const layerOf = (layers: string[][], name: string): number => layers.findIndex((layer) => layer.includes(name));
const shimFiles = files("shim", ".ts");
const folderOf = (file: string): string => file.split(path.sep)[1] ?? "";

describe("shim", () => {
  test("every folder has its layer", () => {
    expect([...new Set(shimFiles.map(folderOf))].filter((folder) => layerOf(shimLayers, folder) === -1)).toEqual([]);
  });

  test("imports go down the layers", () => {
    const wrong = shimFiles
      .filter((file) => file !== path.join("shim", "generated", "generate.ts"))
      .flatMap((file) =>
        imports(file).flatMap((name) => {
          const target = resolveImport(file, name);
          if (target === undefined) return [];
          const [from, to] = [folderOf(file), folderOf(target)];
          const allowed =
            target.startsWith("shim") && (from === to || layerOf(shimLayers, to) < layerOf(shimLayers, from));
          return allowed ? [] : [`${file} imports ${target}`];
        }),
      );
    expect(wrong).toEqual([]);
  });

  test("only engine/ loads the addon", () => {
    const loads = shimFiles.filter((file) => /createRequire|dlopen|\.node["'`]/.test(text(file)));
    expect(loads.map(folderOf)).toEqual(loads.map(() => "engine"));
    expect(loads.length).toBeGreaterThan(0);
  });

  test("only legacy/ starts Python's hg, only suite/ the parity runner, and nothing else starts programs", () => {
    const starts = shimFiles.filter((file) =>
      imports(file).some((name) => name === "execa" || name.endsWith("child_process")),
    );
    expect([...new Set(starts.map(folderOf))].sort()).toEqual(["legacy", "suite"]);
  });

  test("only bin/ ends the process", () => {
    const ends = shimFiles.filter((file) => /process\.(exit\(|exitCode|kill\()/.test(text(file)));
    expect([...new Set(ends.map(folderOf))].filter((folder) => folder !== "bin" && folder !== "generated")).toEqual([]);
  });
});

describe("the other folders", () => {
  const outside = (folder: string, allowed: RegExp) =>
    files(folder, ".ts", ".mjs").flatMap((file) =>
      imports(file).flatMap((name) => {
        const target = resolveImport(file, name);
        return target === undefined || allowed.test(target) ? [] : [`${file} imports ${target}`];
      }),
    );
  test("compat/ knows no source of amalgam", () => expect(outside("compat", /^compat\//)).toEqual([]));
  test("demo/ uses only tables and generated facts", () => {
    expect(outside("demo", /^(demo|shim\/(report|generated))\//)).toEqual([]);
  });
  test("setup/ works before anything is installed", () => {
    const before = files("setup", ".mjs").filter((file) => file !== path.join("setup", "bundle.mjs"));
    const packages = before.flatMap((file) =>
      imports(file).filter((name) => !name.startsWith(".") && !builtinModules.includes(name.replace(/^node:/, ""))),
    );
    expect(packages).toEqual([]);
    expect(outside("setup", /^setup\//)).toEqual([]);
  });
});

describe("native", () => {
  const crates = files("native", "Cargo.toml").filter((file) => file.split(path.sep).length === 3);
  const dependencies = (manifest: string, kind: RegExp): string[] => {
    const sections = text(manifest).split(/^\[/m);
    return sections
      .filter((section) => kind.test(section))
      .flatMap((section) => [...section.matchAll(/^amalgam-([\w-]+)/gm)].map((match) => match[1] ?? ""));
  };

  test("crates depend down the layers", () => {
    const wrong = crates.flatMap((manifest) => {
      const from = manifest.split(path.sep)[1] ?? "";
      if (from === "testkit" || from === "fuzz") return [];
      const own = layerOf(crateLayers, from);
      return dependencies(manifest, /^(target\..*\.)?dependencies\]/)
        .filter((to) => own === -1 || layerOf(crateLayers, to) === -1 || layerOf(crateLayers, to) >= own)
        .map((to) => `${from} depends on ${to}`);
    });
    expect(wrong).toEqual([]);
    expect(crates.length).toBeGreaterThan(8);
  });

  test("the testkit depends on no crate that it tests", () => {
    const testkit = crates.find((manifest) => manifest.includes("testkit")) ?? "";
    expect(dependencies(testkit, /^dependencies\]/).filter((to) => to !== "types")).toEqual([]);
  });

  test("native knows nothing of shim/ and compat/", () => {
    const knows = files("native", ".rs", ".toml").filter((file) => /["'/](shim|compat)\//.test(text(file)));
    expect(knows).toEqual([]);
  });
});
