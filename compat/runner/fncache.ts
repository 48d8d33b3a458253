// A canonical listing of `store/fncache`, the names of a store's files: Mercurial writes them from a Python set and
// reads them into one, so their order is another one with each hash seed and means nothing. All else must be equal.

/** The lines in order; undefined when the bytes are not whole lines. */
export function canonicalFncache(bytes: Buffer): string | undefined {
  const text = bytes.toString("latin1");
  return text.endsWith("\n") ? text.slice(0, -1).split("\n").sort().join("\n") : undefined;
}
