// What another policy would change, for people.
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { duration, percent } from "./usage.ts";

/** What this report shows of a replayed journal. */
interface Shown {
  moves: { command: string; calls: number; now: number; later: number; savedMs: number; differences: number }[];
  savedMs: number;
  elsewhere: number;
  conditional: number;
}

export function whatIfLines({ moves, savedMs, elsewhere, conditional }: Shown, style: Style, width: number): string[] {
  const notes = [
    elsewhere > 0 ? `${elsewhere} calls of commands that native does not have stay as they are` : "",
    conditional > 0
      ? `${conditional} calls may meet a route with 'when', which a journal cannot tell; counted without`
      : "",
  ];
  const rest = notes.filter((note) => note !== "").map((note) => style.dim(note));
  if (moves.length === 0) return ["nothing in the journal would move", ...rest];
  const signed = (ms: number) => (ms < 0 ? `-${duration(-ms)}` : duration(ms));
  const rows = moves.map(({ command, calls, now, later, savedMs: saved, differences }) => [
    command,
    String(calls),
    percent(now, calls) || "0 %",
    percent(later, calls) || "0 %",
    signed(saved),
    differences > 0 ? style.bad(`${differences} known differences`) : "",
  ]);
  const right = (title: string) => ({ title, align: "right" as const });
  return [
    style.strong(
      savedMs < 0 ? `${duration(-savedMs)} more would have been spent` : `${duration(savedMs)} would have been saved`,
    ),
    "",
    ...table(
      [{ title: "command" }, right("calls"), right("native now"), right("then"), right("saved"), { title: "" }],
      rows,
      width,
    ),
    ...rest,
  ];
}
