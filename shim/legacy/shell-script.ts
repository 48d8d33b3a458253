// Node can pass only text to a program. For the rare invocation with other bytes in its arguments or
// variables, this writes a POSIX shell script, pure ASCII, that makes the bytes and replaces itself by the
// program.

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes as text, or undefined when they are not UTF-8. */
export function asText(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A script that runs `program` with `args`, and with `env` added to what the shell itself was given. */
export function shellScript(program: Buffer, args: readonly Buffer[], env: readonly [Buffer, Buffer][]): string {
  const lines = env
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name.toString("latin1")))
    .map(([name, value]) => `${word(value, "v")}; ${name.toString("latin1")}=$v; export ${name.toString("latin1")}`);
  lines.push("set --");
  for (const arg of args) lines.push(`${word(arg, "v")}; set -- "$@" "$v"`);
  lines.push(`${word(program, "p")}; unset v`, 'exec "$p" "$@"');
  return lines.join("\n");
}

/** Assigns bytes to a variable. The final x keeps newlines at the end, which `$(…)` would drop. */
function word(bytes: Buffer, variable: string): string {
  const octal = [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  return `${variable}=$(printf '${octal}x'); ${variable}=\${${variable}%x}`;
}
