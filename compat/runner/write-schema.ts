// Writes the JSON Schemas that editors use for case and ledger files. Run it after a change of schema.ts.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { caseFileSchema, ledgerSchema } from "./schema.ts";

const folder = join(import.meta.dirname, "..");
for (const [name, schema] of [
  ["cases", caseFileSchema],
  ["ledger", ledgerSchema],
] as const) {
  const text = JSON.stringify(z.toJSONSchema(schema, { io: "input" }), undefined, 2);
  writeFileSync(join(folder, `${name}.schema.json`), `${text}\n`);
}
