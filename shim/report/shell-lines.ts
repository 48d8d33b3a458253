// The line that puts a folder first on the PATH, for each shell.

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

export interface ShellLine {
  shell: Shell;
  /** The file where the line belongs. */
  file: string;
  line: string;
}

export function shellLines(folder: string): ShellLine[] {
  return [
    { shell: "bash", file: "~/.bashrc", line: `export PATH=${quote(folder)}:"$PATH"` },
    { shell: "zsh", file: "~/.zshrc", line: `export PATH=${quote(folder)}:"$PATH"` },
    { shell: "fish", file: "~/.config/fish/config.fish", line: `fish_add_path --prepend --path ${fishQuote(folder)}` },
  ];
}

function quote(text: string): string {
  return /^[\w/.+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuote(text: string): string {
  return /^[\w/.+-]+$/.test(text) ? text : `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
