// A canonical listing of a persistent nodemap (`00changelog.n`, `00manifest.n`), which only the fast builds write:
// the tree is in a data file with a random name. Layout of the docket, big-endian, as in Mercurial's
// `revlogutils/nodemap.py`: version u8 (1), length of the id u8, tip revision u64, length of the data u64, unused of
// it u64, length of the tip's node u64; then the id and the node.
import { readFileSync } from "node:fs";

/** The listing, or undefined when the bytes are not a docket that this understands. `docket` is the file's path. */
export function canonicalNodemap(bytes: Buffer, docket: Buffer): string | undefined {
  if (bytes.length < 34 || bytes.readUInt8(0) !== 1) return undefined;
  const ends = 34 + bytes.readUInt8(1);
  const id = bytes.toString("latin1", 34, ends);
  if (!/^[0-9a-f]+$/.test(id) || bytes.length !== ends + Number(bytes.readBigUInt64BE(26))) return undefined;
  const size = Number(bytes.readBigUInt64BE(10));
  try {
    const data = readFileSync(Buffer.concat([docket.subarray(0, -".n".length), Buffer.from(`-${id}.nd`)]));
    if (data.length < size) return undefined;
    const listed = [bytes.subarray(2, 34), bytes.subarray(ends), data.subarray(0, size)];
    return listed.map((part) => part.toString("hex")).join("\n");
  } catch {
    return undefined;
  }
}
