// The command table as text: a command, what it does, its flags, and those that native leaves to Python.
import stringWidth from "string-width";
import type { NativeCommand, NativeFlag } from "../generated/commands.ts";
import type { Style } from "./style.ts";

/** A flag as people type it. */
export function flagText({ short, long, takesValue, list }: NativeFlag): string {
  return `${short === "" ? "" : `-${short} `}--${long}${takesValue ? "=" : ""}${list ? "..." : ""}`;
}

/** The whole table; lines are filled up to `width`. */
export function commandLines(
  commands: readonly NativeCommand[],
  globalFlags: readonly NativeFlag[],
  style: Style,
  width: number,
): string[] {
  const entries = [
    ...commands.map(({ names, doc, flags }) => ({ title: names.join(", "), doc, flags })),
    { title: "every command", doc: "", flags: globalFlags },
  ];
  return entries.flatMap(({ title, doc, flags }) => {
    const some = (native: boolean): string[] => flags.filter((flag) => flag.native === native).map(flagText);
    const paragraph = (label: string, items: string[]): string[] =>
      items.length === 0 ? [] : fill(`${label} `, items, width);
    return [
      ...(doc === "" ? [] : [`${style.strong(title)}  ${doc}`]),
      ...paragraph(doc === "" ? title : "  native   ", some(true)),
      ...paragraph("  to Python", some(false)),
      "",
    ];
  });
}

/** Items after a label, broken between items and indented below the first. */
function fill(label: string, items: readonly string[], width: number): string[] {
  const indent = " ".repeat(label.length);
  const lines = [label];
  for (const item of items) {
    const last = lines[lines.length - 1] ?? "";
    const fits = stringWidth(last) + 2 + stringWidth(item) <= width || last.trim() === label.trim();
    if (fits) lines[lines.length - 1] = last.endsWith(" ") ? `${last}${item}` : `${last}  ${item}`;
    else lines.push(indent + item);
  }
  return lines;
}
