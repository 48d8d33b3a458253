// The script of the parity report: shows the cases that fit the filters, and two answers side by side where they
// differ. It reads the data in the page and nothing else.

{
  /** @type {import("../report-html.ts").PageData} */
  const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
  /** @typedef {import("../report-html.ts").PageData["cases"][number]} Case */
  const pageSize = 200;
  let limit = pageSize;

  /** @param {string} id @returns {any} */
  const by = (id) => document.getElementById(id);

  /**
   * Makes an element; text is set as text, never as markup.
   * @param {string} name @param {string} className @param {(Node | string)[]} children
   */
  const make = (name, className, ...children) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };

  /** @param {Case} one */
  const answered = (one) => (one.native === undefined ? "untold" : one.native ? "native" : "fallback");
  /** @type {Record<string, (one: Case) => string>} */
  const fields = {
    verdict: (one) => one.verdict,
    command: (one) => one.command,
    fixture: (one) => one.fixture,
    answered,
    reason: (one) => one.reason ?? "none",
    face: (one) => one.face,
  };

  /** The text of a row, without its marks. @param {import("../side-by-side.ts").Row} row */
  const rowText = (row) => {
    if (row[0] !== "!") return String(row[1]);
    return [row[1], row[2]].map((pieces) => (pieces ?? []).map(([text]) => text).join("")).join("\n");
  };
  /** All that a case can be found by. @param {Case} one */
  const haystack = (one) => {
    const rows = one.parts.flatMap((part) => part.rows.map(rowText));
    return [one.id, one.reason, one.note, ...rows, ...one.said.map(({ text }) => text)].join("\n").toLowerCase();
  };
  const texts = data.cases.map(haystack);

  for (const [name, value] of Object.entries(fields)) {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const one of data.cases) counts.set(value(one), (counts.get(value(one)) ?? 0) + 1);
    const option = (/** @type {string} */ key, /** @type {string} */ text) => {
      const element = make("option", "", text);
      element.setAttribute("value", key);
      return element;
    };
    by(name).append(option("", "all"), ...[...counts].sort().map(([key, times]) => option(key, `${key} (${times})`)));
    by(name).addEventListener("change", update);
  }

  /** @param {Case} one @param {number} index */
  function fits(one, index) {
    const text = by("text").value.toLowerCase();
    if (text && !texts[index]?.includes(text)) return false;
    return Object.entries(fields).every(([name, value]) => by(name).value === "" || by(name).value === value(one));
  }

  /** @param {import("../side-by-side.ts").Piece[] | null} pieces */
  function cell(pieces) {
    if (pieces === null) return make("td", "none");
    return make("td", "", ...pieces.map(([text, marked]) => (marked ? make("mark", "", text) : text)));
  }

  /** @param {import("../side-by-side.ts").Row} row */
  function line(row) {
    if (row[0] === "=") return make("tr", "", make("td", "", row[1]), make("td", "", row[1]));
    if (row[0] === "!") return make("tr", "different", cell(row[1]), cell(row[2]));
    const words = make("td", "", `${row[1]} equal line${row[1] === 1 ? "" : "s"}`);
    words.setAttribute("colspan", "2");
    return make("tr", "gap", words);
  }

  /** @param {Case["parts"][number]} part */
  function answers(part) {
    const head = make("tr", "", make("th", "", part.left), make("th", "", part.right));
    return make(
      "table",
      "answers",
      make("caption", "", part.what),
      make("thead", "", head),
      make("tbody", "", ...part.rows.map(line)),
    );
  }

  /** @param {Case} one */
  function body(one) {
    const parts = [
      ...(one.note ? [make("p", "", one.note)] : []),
      ...one.said.map(({ what, text }) => make("div", "", make("p", "tag", what), make("pre", "", text))),
      ...one.parts.map(answers),
    ];
    if (one.reproduce) {
      parts.push(make("details", "", make("summary", "", "Reproduce"), make("pre", "", one.reproduce)));
    }
    return make("div", "body", ...parts);
  }

  /** @param {Case} one */
  function item(one) {
    const head = [
      make("span", `verdict ${one.verdict}`, one.verdict),
      make("code", "id", one.id),
      make("span", "tag", one.face),
      make("span", "tag", one.reason ?? answered(one)),
    ];
    if (one.parts.length === 0 && one.said.length === 0 && !one.note) return make("li", "plain", ...head);
    const details = make("details", "case", make("summary", "", ...head));
    // What is inside is only made when somebody looks.
    const fill = () => {
      if (details.querySelector(".body") === null) details.append(body(one));
    };
    details.addEventListener("toggle", fill);
    details.addEventListener("click", fill);
    return make("li", "", details);
  }

  function update() {
    const found = data.cases.filter(fits);
    by("cases").replaceChildren(...found.slice(0, limit).map(item));
    by("count").textContent = `${found.length} of ${data.cases.length} results`;
    by("more").hidden = found.length <= limit;
    by("more").textContent = `Show ${Math.min(pageSize, found.length - limit)} more of ${found.length - limit}`;
  }

  function about() {
    const { legacy, tier, seconds, variants, repositories, notRun } = data;
    by("about").textContent = [
      `Mercurial ${legacy.version} (${legacy.build} build)`,
      repositories.length > 0 ? repositories.join(", ") : `${tier} tier`,
      ...(variants.length > 0 ? [`variants ${variants.join(", ")}`] : []),
      `${seconds} s`,
      ...(notRun > 0 ? [`stopped early: ${notRun} cases did not run`] : []),
    ].join(" · ");
    for (const name of /** @type {const} */ (["passed", "failed", "known", "nondeterministic"])) {
      by("verdicts").append(make("li", "", make("b", data[name] > 0 ? name : "", String(data[name])), ` ${name}`));
    }
    for (const text of data.stale) by("verdicts").append(make("li", "failed", text));
  }

  function summary() {
    const titles = ["command", "cases", "identical", "native", "most frequent reasons of the others"];
    const number = (/** @type {number} */ value) => make("td", "number", String(value));
    const head = make("tr", "", ...titles.map((text, i) => make("th", i > 0 && i < 4 ? "number" : "", text)));
    const rows = data.summary.map((one) => {
      const name = make("button", "", one.command);
      name.setAttribute("type", "button");
      name.addEventListener("click", () => {
        by("command").value = one.command;
        limit = pageSize;
        update();
      });
      const reasons = one.reasons.slice(0, 4).map(({ reason, cases }) => `${reason} ${cases}`);
      const numbers = [number(one.cases), number(one.identical), number(one.native)];
      return make("tr", "", make("th", "", name), ...numbers, make("td", "", reasons.join(", ")));
    });
    by("summary").append(make("thead", "", head), make("tbody", "", ...rows));
  }

  by("filters").addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
  by("filters").addEventListener("reset", () => {
    for (const name of Object.keys(fields)) by(name).value = "";
    by("text").value = "";
    limit = pageSize;
    update();
  });
  by("text").addEventListener("input", update);
  by("more").addEventListener("click", () => {
    limit += pageSize;
    update();
  });
  about();
  summary();
  const verdicts = new Set(data.cases.map((one) => one.verdict));
  // What needs a look comes first.
  by("verdict").value = ["failed", "nondeterministic"].find((name) => verdicts.has(/** @type {any} */ (name))) ?? "";
  update();
}
