// Colour for people, and only where they look: styleText asks the stream, NO_COLOR and FORCE_COLOR.
import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

export interface Style {
  good: (text: string) => string;
  bad: (text: string) => string;
  warn: (text: string) => string;
  dim: (text: string) => string;
  strong: (text: string) => string;
}

/** The styles for what is written to `stream`. */
export function styleFor(stream: NodeJS.WriteStream): Style {
  const with_ = (format: Format) => (text: string) => styleText(format, text, { stream });
  return { good: with_("green"), bad: with_("red"), warn: with_("yellow"), dim: with_("dim"), strong: with_("bold") };
}
