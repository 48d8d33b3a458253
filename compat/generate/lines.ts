// Random command lines for the commands that have native answers.
import type { Random } from "./random.ts";
import type { GeneratedRepository } from "./repository.ts";

interface Shape {
  command: string;
  flags: string[];
  /** How -r and its like are spelled. */
  revisions: string[];
  operands: boolean;
}

const shapes: [Shape, ...Shape[]] = [
  {
    command: "status",
    flags: ["-A", "-m", "-a", "-r", "-d", "-c", "-u", "-i", "-n", "-C", "-0", "-q", "-v"],
    revisions: ["--rev", "--change"],
    operands: true,
  },
  { command: "status", flags: ["-mard", "-A", "-C", "-n"], revisions: ["--rev", "--rev", "--change"], operands: true },
  { command: "files", flags: ["-0", "-v", "-q"], revisions: ["-r"], operands: true },
  { command: "locate", flags: ["-0", "-f"], revisions: ["-r"], operands: true },
  { command: "cat", flags: ["-q", "--decode"], revisions: ["-r"], operands: true },
  { command: "manifest", flags: ["-v", "--all", "-q", "--debug"], revisions: ["-r"], operands: false },
  {
    command: "log",
    flags: [
      "-G",
      "-q",
      "-v",
      "-C",
      "-f",
      "-M",
      "-m",
      "-l 3",
      "--removed",
      "-T '{rev} {files} {parents}\\n'",
      "-T json",
    ],
    revisions: ["-r", "-P"],
    operands: true,
  },
  { command: "log", flags: ["-G", "-f", "-v", "-C", "-T compact"], revisions: ["-r"], operands: true },
  { command: "heads", flags: ["-t", "-c", "-q"], revisions: ["-r"], operands: false },
  { command: "parents", flags: ["-q", "-v"], revisions: ["-r"], operands: false },
  { command: "identify", flags: ["-n", "-i", "-b", "-t", "-B", "-q"], revisions: ["-r"], operands: false },
  { command: "phase", flags: ["-q"], revisions: ["-r"], operands: false },
  { command: "root", flags: ["-q", "-v"], revisions: [], operands: false },
  { command: "paths", flags: ["-q"], revisions: [], operands: false },
  { command: "config", flags: ["-q"], revisions: [], operands: false },
];

const kinds = [
  "",
  "",
  "",
  "",
  "path:",
  "glob:",
  "re:",
  "relpath:",
  "rootfilesin:",
  "relglob:",
  "rootglob:",
  "filepath:",
] as const;
const globs = ["**", "*.txt", "**.txt", "dir/*", "*/*", "[a-m]*", "{a,b}*", "?", "src/**/er/*", "*.{o,c}"] as const;
const expressions = [".*txt$", "a", "dir/", ".*[^a-z]", "(a|b)", "\\w+\\.o", ".{1,3}$", "é"] as const;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** One command line, as a case file would hold it. */
export function generateLine(random: Random, repository: GeneratedRepository, nodes: readonly string[]): string {
  const shape = random.pick(shapes);
  const words = [shape.command, ...random.some(shape.flags, 18)];
  if (shape.revisions.length > 0 && random.percent(45)) {
    const option = random.pick(shape.revisions) ?? "-r";
    words.push(option, quote(revision(random, repository, nodes)));
    if (option === "--rev" && random.percent(55)) words.push(option, quote(revision(random, repository, nodes)));
  }
  for (const option of random.some(["-I", "-X"], 12))
    if (shape.operands) words.push(option, quote(operand(random, repository)));
  const many = shape.command === "cat" ? 1 + random.below(3) : random.percent(45) ? random.below(3) : 0;
  if (shape.operands && many > 0) {
    words.push("--");
    for (let count = 0; count < many; count += 1) words.push(quote(operand(random, repository)));
  }
  if (shape.command === "config")
    words.push(random.pick(["ui", "sec", "ui.username", "paths", "extensions", "nosuch.x"]));
  return words.join(" ");
}

function revision(random: Random, { names }: GeneratedRepository, nodes: readonly string[]): string {
  const node = random.pick(nodes) ?? "0".repeat(40);
  const choices: [() => string, ...(() => string)[]] = [
    () => String(random.below(nodes.length + 2)),
    () => String(random.below(nodes.length + 1)),
    () => `-${1 + random.below(nodes.length + 1)}`,
    () => random.pick(["tip", ".", "null", "default", "stable", "with space", "x-1", "ünï"]),
    () => node,
    () => node.slice(0, 12),
    () => node.slice(0, 1 + random.below(6)),
    () => random.pick(names) ?? "tag1",
    () => random.pick(names) ?? "v1",
  ];
  return random.pick(choices)();
}

function operand(random: Random, { files, folders }: GeneratedRepository): string {
  const kind = random.pick(kinds);
  if (kind.includes("glob")) return kind + random.pick(globs);
  if (kind.includes("re:")) return kind + random.pick(expressions);
  const name = random.percent(65)
    ? (random.pick(files) ?? "a")
    : random.percent(80)
      ? (random.pick(folders) ?? "dir")
      : random.pick(["", ".", "nosuch", "dir/../a", "./b"]);
  return kind + name;
}
