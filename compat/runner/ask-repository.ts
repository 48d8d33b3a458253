// What the fill-ins of case lines stand for in one repository, asked of the reference in a copy of it.
import { execute } from "./execute.ts";
import type { FillIns } from "./fill-ins.ts";

export interface Question {
  hg: string;
  /** The copy. */
  repository: string;
  env: Record<string, string>;
  scratch: string;
}

/** Asks the reference; what it cannot say stays empty. */
export async function askRepository(question: Question): Promise<FillIns> {
  const ask = async (...args: string[]): Promise<Buffer[]> => {
    const answer = await execute({
      program: [question.hg],
      args: args.map((text) => Buffer.from(text)),
      shell: undefined,
      cwd: question.repository,
      env: { ...question.env, HGPLAIN: "1" },
      stdin: undefined,
      tty: undefined,
      scratch: question.scratch,
      timeoutMs: 300_000,
    });
    return answer.code === 0 ? split(answer.stdout) : [];
  };
  const files = await ask("files", "-0", "-r", ".");
  const tip = Number((await ask("log", "-r", "tip", "-T", "{rev}\\0"))[0] ?? -1);
  const revisions = tip < 0 ? [] : [...new Set([0, Math.floor(tip / 2), tip])];
  const nodes = await ask("log", "-r", revisions.slice(1).reverse().join("+") || "null", "-T", "{node}\\0");
  const known = nodes.filter((node) => !/^0+$/.test(node.toString()));
  return {
    file: sampleFiles(files),
    folder: sampleFolders(files),
    ext: commonestEnding(files),
    rev: revisions.map((number) => Buffer.from(String(number))),
    node: known,
    short: known.slice(0, 1).map((node) => node.subarray(0, 12)),
    branch: (await ask("branches", "-T", "{branch}\\0")).slice(0, 2),
    tag: (await ask("tags", "-T", "{tag}\\0")).filter((tag) => tag.toString() !== "tip").slice(0, 2),
    bookmark: (await ask("bookmarks", "-T", "{bookmark}\\0")).slice(0, 2),
  };
}

function split(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    const stop = end < 0 ? bytes.length : end;
    parts.push(bytes.subarray(at, stop));
    at = stop + 1;
  }
  return parts;
}

const unique = (names: readonly Buffer[]): Buffer[] => [
  ...new Map(names.map((name) => [name.toString("latin1"), name])).values(),
];

/** The first, middle and last, and the one with the most bytes that need care. */
function sampleFiles(files: readonly Buffer[]): Buffer[] {
  const care = (name: Buffer): number => name.filter((byte) => !/[\w./-]/.test(String.fromCharCode(byte))).length;
  let oddest = files[0];
  for (const name of files) if (oddest === undefined || care(name) > care(oddest)) oddest = name;
  const spread = [files[0], files[Math.floor(files.length / 2)], files.at(-1), oddest];
  return unique(spread.filter((name) => name !== undefined));
}

function sampleFolders(files: readonly Buffer[]): Buffer[] {
  const folders = unique(
    files.filter((name) => name.includes("/")).map((name) => name.subarray(0, name.lastIndexOf("/"))),
  );
  const spread = [folders[0], folders[Math.floor(folders.length / 2)]];
  return unique(spread.filter((name) => name !== undefined));
}

function commonestEnding(files: readonly Buffer[]): Buffer[] {
  const counts = new Map<string, number>();
  for (const name of files) {
    const ending = /\.([A-Za-z0-9]+)$/.exec(name.toString("latin1"))?.[1];
    if (ending) counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const best = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0];
  return best ? [Buffer.from(best[0])] : [];
}
