// File names and arguments are bytes. The generator keeps them as strings of one character per byte, and this is
// where they become words of a shell script and of a case's command line.

/** One character per byte. */
export type ByteText = string;

/** The bytes of a text. */
export const bytesOf = (text: string): ByteText => Buffer.from(text, "utf8").toString("latin1");

/** Byte text as a buffer. */
export const toBuffer = (text: ByteText): Buffer => Buffer.from(text, "latin1");

/** The text, where the bytes are plain UTF-8 without anything invisible. */
function plainText(text: ByteText): string | undefined {
  const decoded = toBuffer(text).toString("utf8");
  return bytesOf(decoded) === text && !/\p{Cc}|\p{Zl}|\p{Zp}|\ufeff/u.test(decoded) ? decoded : undefined;
}

/** A word for /bin/sh. Bytes that no text can hold go through printf, which must not end in a newline. */
export function scriptWord(text: ByteText): string {
  const plain = plainText(text);
  if (plain !== undefined) return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
  const octal = [...text].map((char) =>
    /[\w./ -]/.test(char) ? char : `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  return `"$(printf -- '${octal.join("")}')"`;
}

/** A word of a case's command line, as `splitWords` reads it. */
export function lineWord(word: Buffer): string {
  const plain = plainText(word.toString("latin1"));
  if (plain !== undefined) return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
  const escaped = word
    .toString("latin1")
    .replace(/[^\x20-\x7e]|['\\]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `$'${escaped}'`;
}
