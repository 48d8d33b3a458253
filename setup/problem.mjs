// The one kind of failure that set-up expects: something outside the tree is missing, broken or unreachable.
// It carries what to do about it; anything else that is thrown is a bug and keeps its stack.

export class Problem extends Error {
  /**
   * @param {string} message what is wrong, in one line
   * @param {string[]} advice what to do, one line each
   * @param {string} [detail] the last output of the program that failed
   */
  constructor(message, advice, detail = "") {
    super(message);
    this.name = "Problem";
    this.advice = advice;
    this.detail = detail;
  }

  /** The whole message as people read it. @override */
  toString() {
    const detail = this.detail
      .trimEnd()
      .split("\n")
      .filter(Boolean)
      .map((line) => `  | ${line}`);
    return [`amalgam set-up: ${this.message}`, ...detail, ...this.advice.map((line) => `  ${line}`)].join("\n");
  }
}
