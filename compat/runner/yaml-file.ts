// Reads a YAML file against a schema and reports every mistake at once as file:line:column, with what is allowed.
import { readFileSync } from "node:fs";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";

/** Every mistake of one or more files, one line each. */
export class FileMistakes extends Error {
  readonly mistakes: string[];

  constructor(mistakes: string[]) {
    super(mistakes.join("\n"));
    this.mistakes = mistakes;
  }
}

/** A file that fits its schema. */
export interface YamlFile<T> {
  value: T;
  /** file:line:column of what stands at a path, or of the nearest thing around it. */
  at: (path: PropertyKey[]) => string;
  line: (path: PropertyKey[]) => number;
}

/** Parses and validates the file at `path`; `shown` is the name used in messages. */
export function readYamlFile<S extends z.ZodType>(path: string, shown: string, schema: S): YamlFile<z.infer<S>> {
  const lines = new LineCounter();
  const document = parseDocument(readText(path, shown), { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${shown}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new FileMistakes(document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`));
  }
  const result = schema.safeParse(toValue(document, shown));
  if (result.success) {
    return {
      value: result.data,
      at: (place) => at(nodeOffset(document, place)),
      line: (place) => lines.linePos(nodeOffset(document, place)).line,
    };
  }
  throw new FileMistakes(
    result.error.issues.flatMap((issue) => {
      const where = issue.path.join(".") || "file";
      if (issue.code !== "unrecognized_keys") {
        return [`${at(nodeOffset(document, issue.path))}: ${where}: ${issue.message}`];
      }
      const allowed = allowedKeys(schema, issue.path);
      return issue.keys.map(
        (key) =>
          `${at(keyOffset(document, issue.path, key))}: ${where}: unknown key ${key}${allowed && `; allowed are ${allowed}`}`,
      );
    }),
  );
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new FileMistakes([`${shown}: cannot be read: ${(error as Error).message}`]);
  }
}

function toValue(document: Document, shown: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new FileMistakes([`${shown}: ${(error as Error).message}`]);
  }
}

/** The keys that the schema knows at a path, as text; empty where it cannot tell. */
function allowedKeys(schema: z.ZodType, path: PropertyKey[]): string {
  let here: unknown = schema;
  for (const step of [...path, undefined]) {
    while (here instanceof z.ZodOptional || here instanceof z.ZodDefault) here = here.unwrap();
    if (step === undefined) break;
    if (here instanceof z.ZodObject) here = here.shape[String(step)];
    else if (here instanceof z.ZodArray) here = here.element;
    else if (here instanceof z.ZodRecord) here = here.valueType;
    else return "";
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape).join(", ") : "";
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
