// A canonical listing of a dirstate, so that two files that say the same compare equal: entry order is free in
// v1, and v2 keeps its tree in a data file with a random name. Layouts as in `hg help internals.dirstate-v2`:
// v1: parents 20+20, then state, mode, size, mtime, length (1+4x4, big-endian) and the name (NUL and copy source).
// v2 docket: magic 12, parents 32+32, tree metadata 44, data size u32, id length u8, id. Nodes are 44 bytes.
import { readFileSync } from "node:fs";

const v2Magic = "dirstate-v2\n";

/** The listing, or undefined when the bytes are not a dirstate that this understands. */
export function canonicalDirstate(bytes: Buffer, folder: Buffer): string | undefined {
  try {
    return bytes.subarray(0, v2Magic.length).toString("latin1") === v2Magic ? listV2(bytes, folder) : listV1(bytes);
  } catch {
    return undefined;
  }
}

function listV1(bytes: Buffer): string | undefined {
  if (bytes.length < 40) return undefined;
  const lines: string[] = [];
  let at = 40;
  while (at < bytes.length) {
    const length = bytes.readUInt32BE(at + 13);
    if (at + 17 + length > bytes.length) return undefined;
    const name = bytes.toString("latin1", at + 17, at + 17 + length);
    const state = String.fromCharCode(bytes.readUInt8(at));
    lines.push(
      `${JSON.stringify(name)} ${state} ${bytes.readInt32BE(at + 1)} ${bytes.readInt32BE(at + 5)} ${bytes.readInt32BE(at + 9)}`,
    );
    at += 17 + length;
  }
  return [bytes.toString("hex", 0, 40), ...lines.sort()].join("\n");
}

function listV2(docket: Buffer, folder: Buffer): string {
  const size = docket.readUInt32BE(120);
  const id = docket.toString("latin1", 125, 125 + docket.readUInt8(124));
  const data = size === 0 ? Buffer.alloc(0) : readFileSync(Buffer.concat([folder, Buffer.from(`/dirstate.${id}`)]));
  const lines: string[] = [];
  const slice = (at: number): string => {
    const start = data.readUInt32BE(at);
    return data.toString("latin1", start, start + data.readUInt16BE(at + 4));
  };
  const walk = (start: number, count: number): void => {
    for (let i = 0; i < count; i += 1) {
      const at = start + i * 44;
      const path = data.toString("latin1", data.readUInt32BE(at), data.readUInt32BE(at) + data.readUInt16BE(at + 4));
      const copy = data.readUInt32BE(at + 8) === 0 ? "" : ` <- ${slice(at + 8)}`;
      const flags = data.readUInt16BE(at + 30);
      const rest = data.toString("hex", at + 32, at + 44);
      lines.push(`${JSON.stringify(path)}${copy} ${flags.toString(16)} ${rest}`);
      walk(data.readUInt32BE(at + 14), data.readUInt32BE(at + 18));
    }
  };
  if (size > 0) walk(docket.readUInt32BE(76), docket.readUInt32BE(80));
  return [
    docket.toString("hex", 12, 32),
    docket.toString("hex", 44, 64),
    docket.toString("hex", 100, 120),
    ...lines.sort(),
  ].join("\n");
}
