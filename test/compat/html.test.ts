// The page of a run: built from a report with every kind of result, then used as a person would, in Chromium where
// there is one, and everywhere in a DOM that runs the same script.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseHTML } from "linkedom";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Judged } from "../../compat/runner/outcome.ts";
import { makeReport } from "../../compat/runner/report.ts";
import { htmlPage } from "../../compat/runner/report-html.ts";
import { sideBySide } from "../../compat/runner/side-by-side.ts";

const shown = (stdout: string, code = "0") => ({ stdout, stderr: "", code, files: "" });
const result = (id: string, verdict: Judged["verdict"], more: Partial<Judged> = {}): Judged => ({
  id,
  command: id.split("/")[0] ?? "",
  fixture: "repo",
  face: "launcher",
  native: true,
  reason: undefined,
  differences: [],
  reproduce: "",
  note: undefined,
  verdict,
  ...more,
});
const odd = '</script><img src="http://example.invalid/x" onerror="document.title=1">';
const results = [
  result("status/plain", "passed"),
  result("status/differs", "failed", {
    differences: [{ what: "stdout", text: "- M a\n+ A a" }],
    answers: { legacy: shown(`M a\n${odd}\n`), subject: shown(`A a\n${odd}\n`, "1") },
    reproduce: "hg status",
  }),
  result("cat/gone", "failed", {
    native: false,
    reason: "flag.unsupported",
    differences: [{ what: "fallback", text: "unsupported: flag.unsupported" }],
    answers: { legacy: shown("x\n"), subject: shown("x\n") },
  }),
  result("diff/now", "nondeterministic", {
    nondeterministic: [{ what: "stdout", text: "" }],
    answers: { legacy: shown("at 1\n"), again: shown("at 2\n"), subject: shown("at 3\n") },
  }),
  result("status/known", "known", { note: "never: because" }),
  ...Array.from({ length: 300 }, (_, index) => result(`files/${index}`, "passed")),
];
const about = {
  legacy: { version: "7.2.4", build: "c" },
  tier: "full",
  shard: undefined,
  complete: true,
  variants: [],
  extensions: "",
  repositories: [],
  seconds: 3,
  notRun: 0,
};
const html = htmlPage(makeReport(about, results, []));

describe("the text of the page", () => {
  test("asks for nothing from anywhere", () => {
    expect(html.match(/<(?:link|script|img|iframe|style)[^>]*>/g)).toEqual([
      '<link rel="icon" href="data:,">',
      "<style>",
      '<script id="data" type="application/json">',
      "<script>",
    ]);
    expect(html).not.toMatch(/@import|url\(|fetch\(|XMLHttpRequest/);
  });
});

describe("two texts side by side", () => {
  test("mark what differs within a line", () => {
    expect(sideBySide("M a\nb\n", "A a\nb\n")).toEqual([
      ["!", [["M", 1], [" a"]], [["A", 1], [" a"]]],
      ["=", "b"],
    ]);
  });
  test("show a missing line and a missing newline", () => {
    expect(sideBySide("a\nb\n", "a")).toEqual([
      ["=", "a"],
      ["!", [["b", 1]], null],
      ["!", null, [["\\ no newline at the end", 1]]],
    ]);
  });
  test("leave out what is far from a difference", () => {
    const many = Array.from({ length: 50 }, (_, index) => `${index}\n`).join("");
    expect(sideBySide(many, many)).toEqual([[".", 50]]);
    expect(sideBySide(`${many}x\n`, `${many}y\n`)[0]).toEqual([".", 47]);
  });
});

describe("the page in a DOM", () => {
  // linkedom runs no scripts and has no value for a select, so both are given to it.
  const { document, Event } = parseHTML(html);
  const values = new Map<string, string>();
  for (const select of document.querySelectorAll("select, input")) {
    Object.defineProperty(select, "value", {
      get: () => values.get(select.id) ?? "",
      set: (value: string) => values.set(select.id, value),
    });
  }
  const script = [...document.querySelectorAll("script")].at(-1)?.textContent ?? "";
  new Function("document", script)(document);
  const ids = () => [...document.querySelectorAll("#cases .id")].map((element) => element.textContent);
  const choose = (id: string, value: string) => {
    values.set(id, value);
    document.getElementById(id)?.dispatchEvent(new Event(id === "text" ? "input" : "change"));
  };

  test("begins with what failed", () => expect(ids()).toEqual(["status/differs", "cat/gone"]));
  test("has both answers and their marks", () => {
    const details = document.querySelector("details.case");
    details?.dispatchEvent(new Event("toggle"));
    expect(details?.querySelectorAll("tr.different mark").length).toBeGreaterThan(1);
    expect(details?.textContent).toContain(odd);
    expect(document.querySelector("#cases img")).toBeNull();
  });
  test("filters by reason, command, verdict and text", () => {
    choose("reason", "flag.unsupported");
    expect(ids()).toEqual(["cat/gone"]);
    choose("reason", "");
    choose("verdict", "");
    expect(ids()).toHaveLength(200);
    choose("command", "status");
    expect(ids()).toEqual(["status/plain", "status/differs", "status/known"]);
    choose("command", "");
    choose("text", "AT 3");
    expect(ids()).toEqual(["diff/now"]);
  });
});

const browserPath = ["chromium", "chromium-browser", "google-chrome", "chrome"]
  .flatMap((name) => (process.env.PATH ?? "").split(path.delimiter).map((folder) => path.join(folder, name)))
  .find((file) => existsSync(file));
const noBrowser = "no Chromium on the PATH: the page was checked in a DOM only";

describe("the page in Chromium", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "amalgam-page-"));
  const file = path.join(folder, "page.html");
  let browser: Browser | undefined;
  beforeAll(async () => {
    writeFileSync(file, html);
    if (browserPath === undefined) {
      process.stderr.write(`${noBrowser}\n`);
      return;
    }
    const args = [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-sync",
    ];
    browser = await chromium.launch({ executablePath: browserPath, args });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page; what it asks for and complains of is kept. */
  async function open(colorScheme: "light" | "dark"): Promise<{ page: Page; asked: string[]; errors: string[] }> {
    if (!browser) throw new Error(noBrowser);
    const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 800 } });
    const asked: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    return { page, asked: asked.filter((url) => !url.startsWith("data:")), errors };
  }

  test.runIf(browserPath)("works from a folder: filters, opens a case, asks for nothing", async () => {
    const { page, asked, errors } = await open("light");
    expect(await page.locator("#cases .id").allTextContents()).toEqual(["status/differs", "cat/gone"]);
    await page.locator("#cases summary").first().click();
    expect(await page.locator(".answers mark").first().isVisible()).toBe(true);
    expect(await page.locator(".answers th").first().textContent()).toBe("Mercurial");
    await page.selectOption("#verdict", "nondeterministic");
    await page.locator("#cases summary").first().click();
    expect(await page.locator(".answers th").allTextContents()).toContain("Mercurial, second");
    await page.click("button[type=reset]");
    expect(await page.locator("#cases .id").count()).toBe(200);
    await page.click("#more");
    expect(await page.locator("#cases .id").count()).toBe(results.length);
    await page.fill("#text", "files/29");
    expect(await page.locator("#cases .id").count()).toBe(11);
    // Nothing is wider than the window.
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect([asked, errors]).toEqual([[pathToFileURL(file).href], []]);
  });

  test.runIf(browserPath)("follows the colours of the system", async () => {
    const background = "getComputedStyle(document.body).backgroundColor";
    expect(await (await open("light")).page.evaluate(background)).toBe("rgb(255, 255, 255)");
    expect(await (await open("dark")).page.evaluate(background)).toBe("rgb(13, 17, 23)");
  });
});
