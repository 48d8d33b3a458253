// The files of the tree as the conventions see them: what is kept in version control, without what is built.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../runner/parts.ts";

const built = new Set([".git", ".cache", ".venv", "node_modules", "target", "dist", "bin-links"]);

/** Paths relative to the root of all files below `folder`, with one of the endings. */
export function files(folder: string, ...endings: string[]): string[] {
  const found: string[] = [];
  const visit = (relative: string): void => {
    for (const entry of readdirSync(path.join(root, relative), { withFileTypes: true })) {
      const name = path.join(relative, entry.name);
      if (built.has(entry.name) || name === "bin" || name === path.join("compat", "report")) continue;
      if (entry.isDirectory()) visit(name);
      else if (entry.isFile() && (endings.length === 0 || endings.some((end) => name.endsWith(end)))) found.push(name);
    }
  };
  visit(folder);
  return found.sort();
}

export function text(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

/** What a TypeScript file imports, statically or lazily. */
export function imports(file: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']\s*\)|(?:^|\n)import\s*["']([^"']+)["']/g;
  return [...text(file).matchAll(pattern)].flatMap((match) => match[1] ?? match[2] ?? match[3] ?? []);
}

/** The file that a relative import names, relative to the root; undefined for a package. */
export function resolveImport(from: string, name: string): string | undefined {
  return name.startsWith(".") ? path.join(path.dirname(from), name) : undefined;
}
