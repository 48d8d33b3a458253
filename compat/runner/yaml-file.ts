// Reads a YAML file against a schema and reports every mistake at once as file:line:column.
import { readFileSync } from "node:fs";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";

/** Every mistake of one or more files, one line each. */
export class FileMistakes extends Error {
  readonly mistakes: string[];

  constructor(mistakes: string[]) {
    super(mistakes.join("\n"));
    this.mistakes = mistakes;
  }
}

/** Parses and validates the file at `path`; `shown` is the name used in messages. */
export function readYamlFile<S extends z.ZodType>(path: string, shown: string, schema: S): z.infer<S> {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, "utf8"), { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${shown}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new FileMistakes(document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`));
  }
  const result = schema.safeParse(document.toJS());
  if (result.success) return result.data;
  throw new FileMistakes(
    result.error.issues.flatMap((issue) => {
      const keys = issue.code === "unrecognized_keys" ? issue.keys : [];
      const offsets =
        keys.length > 0 ? keys.map((key) => keyOffset(document, issue.path, key)) : [nodeOffset(document, issue.path)];
      return offsets.map((offset) => `${at(offset)}: ${issue.path.join(".") || "file"}: ${issue.message}`);
    }),
  );
}

function nodeOffset(document: Document, path: PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: PropertyKey[], key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return nodeOffset(document, path);
  const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
  return isNode(pair?.key) && pair.key.range ? pair.key.range[0] : nodeOffset(document, path);
}
