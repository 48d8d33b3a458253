// `amalgam legacy` as text.
import type { Style } from "./style.ts";
import { table } from "./table.ts";

interface Shown {
  pid: number;
  legacy: string;
  version: string;
  idleSeconds: number;
  memoryKib?: number;
}

interface Way {
  transport: "warm" | "exec";
  detail?: string;
}

/** How legacy is reached, in a few words. */
export const wayText = ({ transport, detail }: Way): string =>
  transport === "warm"
    ? `warm: a command server answers${detail === undefined ? "" : `, ${detail}`}`
    : `exec: ${detail ?? "the launcher becomes it"}`;

export function serverLines(servers: readonly Shown[], way: Way, style: Style, width: number): string[] {
  const rows = servers.map(({ pid, version, legacy, idleSeconds, memoryKib }) => [
    String(pid),
    version,
    idleText(idleSeconds),
    memoryKib === undefined ? "?" : `${(memoryKib / 1024).toFixed(0)} MiB`,
    legacy,
  ]);
  const columns = [
    { title: "process" },
    { title: "version" },
    { title: "last used" },
    { title: "memory" },
    { title: "Mercurial", shrinks: true },
  ];
  return [
    ...(rows.length > 0 ? table(columns, rows, width) : ["No command server runs."]),
    style.dim(`A command outside any repository: ${wayText(way)}.`),
  ];
}

function idleText(seconds: number): string {
  return seconds < 90 ? "just now" : `${Math.round(seconds / 60)} min ago`;
}

export function stoppedLine({ servers, left }: { servers: number; left: number }): string {
  const count = (number: number): string => (number === 1 ? "1 command server" : `${number} command servers`);
  if (servers === 0) return "No command server runs.";
  if (left === 0) return `Ended ${count(servers)}.`;
  return `Told ${count(servers)} to end; ${left} first finish${left === 1 ? "es" : ""} a command.`;
}
