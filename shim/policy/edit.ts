// Changes a policy file as a person would: one route, with comments and everything else left as it was.
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isSeq, parse, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { primaryName } from "./names.ts";

export type Edited =
  | { kind: "changed"; text: string }
  /** The first route that covers every line of the command is native already. */
  | { kind: "already" };

/** Keys that only other modes have. */
const onlyOthers = ["percent", "bucketBy", "else"];

/** The text of a policy after `command` has become native in it. `text` has to be a valid policy, or empty. */
export function promoteIn(text: string, command: string): Edited {
  const document: Document = parseDocument(text.trim() === "" ? "version: 1\n" : text);
  if (!document.has("routes")) document.set("routes", document.createNode([]));
  const routes = document.get("routes");
  if (!isSeq(routes)) throw new Error("routes is no list");
  const at = routes.items.findIndex((item) => isMap(item) && isPlain(item) && covers(item, command));
  const route = routes.items[at] as YAMLMap | undefined;
  if (route?.get("mode") === "native") return { kind: "already" };
  if (route && namesOf(route).length === 1 && namesOf(route)[0] !== "*") {
    route.set("mode", "native");
    for (const key of onlyOthers) route.delete(key);
  } else {
    insert(document, routes, at < 0 ? routes.items.length : at, command);
  }
  return { kind: "changed", text: withLinesOf(text, document.toString({ lineWidth: 0 })) };
}

/** `after` with the white space of those lines that `before` has as well, since the library lays them out anew. */
function withLinesOf(before: string, after: string): string {
  const bare = (line: string): string => line.replaceAll(/\s/g, "");
  const left = before.split("\n");
  const lines = after.split("\n").map((line) => {
    const at = left.findIndex((old) => bare(old) === bare(line));
    return at < 0 ? line : (left.splice(0, at + 1).at(-1) ?? line);
  });
  const kept = lines.join("\n");
  try {
    if (isDeepStrictEqual(parse(kept), parse(after))) return kept;
  } catch {
    // Old and new lines do not go together.
  }
  return after;
}

function insert(document: Document, routes: YAMLSeq, at: number, command: string): void {
  const route = document.createNode({ command, mode: "native" }) as YAMLMap;
  const next = routes.items[at];
  // Written like its neighbours; a comment above the next route stays above that one, not above the list.
  route.flow = isMap(next) && next.flow === true;
  if (at === 0 && isMap(next) && routes.commentBefore != null) {
    next.commentBefore = routes.commentBefore;
    routes.commentBefore = null;
  }
  routes.flow = false;
  routes.items.splice(at, 0, route);
}

/** Whether a route covers every command line of its commands. */
const isPlain = (route: YAMLMap): boolean => !route.has("flags") && !route.has("when");

const covers = (route: YAMLMap, command: string): boolean =>
  namesOf(route).some((name) => name === "*" || primaryName(name) === command);

function namesOf(route: YAMLMap): string[] {
  const names = route.get("command");
  const list = isSeq(names) ? names.toJSON() : [names];
  return list.map(String);
}
