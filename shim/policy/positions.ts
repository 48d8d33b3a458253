// Finds where in a YAML text a value or a key of a mapping stands.
import { type Document, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from "yaml";

export interface Position {
  line: number;
  column: number;
}

type Path = readonly PropertyKey[];

export class Positions {
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  /** Where the value at `path` starts; for a value that is not there, the closest thing around it. */
  value(path: Path): Position {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = this.#node(path.slice(0, length));
      if (node?.range) return this.at(node.range[0]);
    }
    return { line: 1, column: 1 };
  }

  /** Where the key `key` of the mapping at `path` stands. */
  key(path: Path, key: string): Position {
    const pair = this.#pair(path, key);
    const range = (pair?.key as Node | undefined)?.range;
    return range ? this.at(range[0]) : this.value(path);
  }

  /** The value at `path` as one short line of text, when it is a scalar or empty. */
  text(path: Path): string | undefined {
    const node = this.#node(path);
    if (node === undefined) return undefined;
    if (isScalar(node)) return node.value === null ? "nothing" : (node.source ?? String(node.value));
    return isMap(node) ? "a mapping" : isSeq(node) ? "a list" : undefined;
  }

  at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #node(path: Path): Node | undefined {
    let node: unknown = this.#document.contents;
    for (const step of path) {
      if (isMap(node)) node = node.items.find((pair) => keyText(pair) === String(step))?.value;
      else if (isSeq(node)) node = node.items[Number(step)];
      else return undefined;
    }
    return (node ?? undefined) as Node | undefined;
  }

  #pair(path: Path, key: string): Pair | undefined {
    const node = this.#node(path);
    return isMap(node) ? node.items.find((pair) => keyText(pair) === key) : undefined;
  }
}

function keyText(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}
