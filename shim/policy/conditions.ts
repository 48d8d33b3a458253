// What a route asks besides its command, as the route table has it: paths without `~`, users by number.
import { userInfo } from "node:os";
import { expandHome } from "./home.ts";
import type { PolicyWhen } from "./schema.ts";

/** One thing that has to hold. */
export type Condition =
  | { kind: "variable"; name: string; set?: boolean; value?: string }
  | { kind: "user"; users: number[] }
  | { kind: "repository" | "extension" | "requirement"; names: string[] }
  | { kind: "changesets"; least?: number; most?: number };

/** Everything that `when` asks. */
export function conditionsOf(when: PolicyWhen | undefined): Condition[] {
  if (when === undefined) return [];
  const { repositories, users, env = {}, extensions, requirements, changesets } = when;
  const conditions: Condition[] = Object.entries(env).map(([name, wanted]) =>
    typeof wanted === "boolean" ? { kind: "variable", name, set: wanted } : { kind: "variable", name, value: wanted },
  );
  if (users) conditions.push({ kind: "user", users: users.flatMap((name) => userNumber(name) ?? []) });
  if (repositories) conditions.push({ kind: "repository", names: repositories.map(expandHome) });
  if (extensions) conditions.push({ kind: "extension", names: extensions });
  if (requirements) conditions.push({ kind: "requirement", names: requirements });
  if (changesets) {
    const { min, max } = changesets;
    conditions.push({
      kind: "changesets",
      ...(min !== undefined && { least: min }),
      ...(max !== undefined && { most: max }),
    });
  }
  return conditions;
}

/** A number is itself; a name counts where it is one's own, because a route table is its user's alone. */
function userNumber(user: string | number): number | undefined {
  if (typeof user === "number") return user;
  const own = userInfo();
  return user === own.username ? own.uid : undefined;
}
