// The published schema is the checker's own.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { policyJsonSchemaText } from "../../../shim/policy/json-schema.ts";
import { root } from "../../runner/parts.ts";

test("policy.schema.json is fresh", () => {
  const published = readFileSync(path.join(root, "shim", "generated", "policy.schema.json"), "utf8");
  expect(published, "run npm run generate").toBe(policyJsonSchemaText());
});

test("it asks for a version and refuses unknown keys", () => {
  const schema = JSON.parse(policyJsonSchemaText());
  expect(schema.required).toEqual(["version"]);
  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties.routes.items.properties.mode.enum).toEqual(["python", "shadow", "native", "canary"]);
});
