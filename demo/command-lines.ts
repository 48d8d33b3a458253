// The everyday commands that the demo runs, with the files, tags and folders of the repository at hand.
import { execa } from "execa";

export interface Sample {
  file: string;
  folder: string;
  tag: string;
}

/** Looks for something to name in the commands; an empty repository has nothing. */
export async function sampleOf(hg: string, repository: string): Promise<Sample> {
  const lines = async (...args: string[]) => {
    const env = { HGPLAIN: "1" };
    const result = await execa(hg, args, { cwd: repository, env, reject: false, lines: true, stripFinalNewline: true });
    return result.exitCode === 0 ? result.stdout.filter((line) => line !== "") : [];
  };
  const files = await lines("files", "-r", ".");
  const file = files[Math.floor(files.length / 2)] ?? ".hgtags";
  const folder = file.includes("/") ? file.slice(0, file.indexOf("/")) : ".";
  const tags = (await lines("tags", "-q")).filter((tag) => tag !== "tip" && !tag.startsWith("-"));
  return { file, folder, tag: tags[Math.floor(tags.length / 2)] ?? "tip" };
}

export function commandLines({ file, folder, tag }: Sample): string[][] {
  return [
    ["root"],
    ["status"],
    ["status", "-mard"],
    ["status", "-u"],
    ["status", "-A", folder],
    ["status", "-C", "--rev", tag],
    ["status", "--change", "tip"],
    ["files"],
    ["files", "-I", "**.c", folder],
    ["locate", "*.py"],
    ["manifest"],
    ["cat", file],
    ["cat", "-r", tag, file],
    ["config", "ui"],
    ["paths"],
    ["version"],
    ["branch"],
    ["identify"],
    ["log", "-l", "10"],
    ["log", "-r", tag],
    ["diff", "--git"],
    ["diff", "-c", "tip", "--stat"],
    ["annotate", file],
    ["branches"],
    ["tags"],
    ["heads"],
    ["summary"],
  ];
}
