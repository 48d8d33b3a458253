// Splits the command lines of case files into argument bytes. The quoting is that of a POSIX shell plus
// $'...' with \n, \t, \\, \' and \xNN, because arguments are bytes and YAML text cannot hold all of them.

const escapes: Record<string, number> = { n: 10, t: 9, r: 13, "\\": 92, "'": 39, '"': 34, 0: 0 };

/** Splits `line` into words; throws on an unclosed quote. */
export function splitWords(line: string): Buffer[] {
  const words: Buffer[] = [];
  let current: Buffer[] | undefined;
  let i = 0;
  const push = (bytes: string | number): void => {
    current ??= [];
    current.push(typeof bytes === "number" ? Buffer.from([bytes]) : Buffer.from(bytes, "utf8"));
  };
  const until = (quote: string): string => {
    const end = line.indexOf(quote, i);
    if (end < 0) throw new Error(`unclosed ${quote} in: ${line}`);
    const text = line.slice(i, end);
    i = end + 1;
    return text;
  };
  while (i < line.length) {
    const char = String.fromCodePoint(line.codePointAt(i) ?? 0);
    i += char.length;
    if (/\s/.test(char)) {
      if (current) words.push(Buffer.concat(current));
      current = undefined;
    } else if (char === "'") {
      push(until("'"));
    } else if (char === "$" && line[i] === "'") {
      i += 1;
      push("");
      i = readEscaped(line, i, push);
    } else if (char === '"') {
      push("");
      for (;;) {
        if (i >= line.length) throw new Error(`unclosed " in: ${line}`);
        if (line[i] === '"') break;
        if (line[i] === "\\" && (line[i + 1] === '"' || line[i + 1] === "\\")) i += 1;
        const inner = String.fromCodePoint(line.codePointAt(i) ?? 0);
        push(inner);
        i += inner.length;
      }
      i += 1;
    } else if (char === "\\" && i < line.length) {
      const next = String.fromCodePoint(line.codePointAt(i) ?? 0);
      push(next);
      i += next.length;
    } else {
      push(char);
    }
  }
  if (current) words.push(Buffer.concat(current));
  return words;
}

function readEscaped(line: string, start: number, push: (bytes: string | number) => void): number {
  let i = start;
  for (;;) {
    if (i >= line.length) throw new Error(`unclosed $' in: ${line}`);
    const char = String.fromCodePoint(line.codePointAt(i) ?? 0);
    i += char.length;
    if (char === "'") return i;
    if (char !== "\\") {
      push(char);
      continue;
    }
    const kind = line[i] ?? "";
    i += 1;
    if (kind === "x") {
      push(Number.parseInt(line.slice(i, i + 2), 16));
      i += 2;
    } else {
      const code = escapes[kind];
      if (code === undefined) throw new Error(`unknown escape \\${kind} in: ${line}`);
      push(code);
    }
  }
}

/** True when the bytes survive a round trip through a JavaScript string. */
export function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString("utf8"), "utf8").equals(bytes);
}

/** Quotes bytes for /bin/sh. */
export function shellQuote(bytes: Buffer): Buffer {
  const text = bytes.toString("latin1");
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return bytes;
  return Buffer.from(`'${text.replaceAll("'", `'\\''`)}'`, "latin1");
}
