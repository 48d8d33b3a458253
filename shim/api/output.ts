// Writes an answer to the descriptors byte for byte and in order, and ends as legacy does when it cannot.
import { writeSync } from "node:fs";
import type { Segment } from "../engine/index.ts";

/** The exit code of a program whose reader has gone or whose disk is full. */
const brokenExit = 255;

/** The system's words for what can go wrong, as Python and therefore legacy says them. */
const words: Record<string, string> = {
  EBADF: "Bad file descriptor",
  EFBIG: "File too large",
  EIO: "Input/output error",
  ENOSPC: "No space left on device",
};

/** Writes everything; gives the exit code, which is `exitCode` unless writing failed. */
export function writeAnswer(segments: readonly Segment[], exitCode: number): number {
  try {
    for (const { stream, data } of segments) writeAll(stream === "stdout" ? 1 : 2, data);
    return exitCode;
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code !== "EPIPE") writeMessage(`abort: ${words[code] ?? message}\n`);
    return brokenExit;
  }
}

/** Writes to stderr; where that fails there is nobody to tell. */
export function writeMessage(text: string): void {
  try {
    writeAll(2, Buffer.from(text));
  } catch {}
}

function writeAll(descriptor: number, data: Buffer): void {
  let written = 0;
  while (written < data.length) {
    try {
      written += writeSync(descriptor, data, written);
    } catch (error) {
      // A pipe that somebody set to non-blocking is full: its reader needs a moment.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
