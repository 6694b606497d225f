// @vitest-environment node
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

it("src/host/schema.d.ts is what `npm run types` makes of openapi.json", async () => {
  const ast = await openapiTS(new URL(`file://${root}/openapi.json`), {
    arrayLength: true,
    alphabetize: true,
    defaultNonNullable: false,
  });
  const kept = readFileSync(`${root}/src/host/schema.d.ts`, "utf8");
  // The command line adds a notice on top.
  expect(kept.endsWith(astToString(ast))).toBe(true);
});
