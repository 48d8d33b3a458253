// The JSON Schema with which editors check and complete policy files.
import { z } from "zod";
import { policySchema } from "./schema.ts";

/** The schema of what people write, so that defaults need not be given. */
export function policyJsonSchema(): object {
  return z.toJSONSchema(policySchema, { target: "draft-2020-12", io: "input" });
}

/** As it is published: indented, with a final newline. */
export function policyJsonSchemaText(): string {
  return `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;
}
