import type { CodegenConfig } from "@graphql-codegen/cli";

const output = (document: string): CodegenConfig["generates"][string] => ({
  documents: [document],
  preset: "client",
  presetConfig: { persistedDocuments: true, fragmentMasking: false },
  config: {
    documentMode: "string",
    useTypeImports: true,
    enumsAsTypes: true,
    skipTypename: true,
    scalars: { Date: "string", DateTime: "string", ID: "string" },
    strictScalars: true,
  },
});

/** Types and document hashes from the gateway's committed schema; the result is committed too.
 *  What belongs to an account, to charging, to reports and to officials are modules of their own, which the first screen does not load. */
const config: CodegenConfig = {
  schema: "../finder/graphql/schema.graphql",
  generates: {
    "src/api/generated/": output("src/api/documents.graphql"),
    "src/api/generated/office/": output("src/api/office.graphql"),
    "src/api/generated/mine/": output("src/api/mine.graphql"),
    "src/api/generated/charging/": output("src/api/charging.graphql"),
    "src/api/generated/ways/": output("src/api/ways.graphql"),
    "src/api/generated/voices/": output("src/api/voices.graphql"),
    "src/api/generated/watch/": output("src/api/watch.graphql"),
    "src/api/generated/coverage/": output("src/api/coverage.graphql"),
    "src/api/generated/reports/": output("src/api/reports.graphql"),
    "src/api/generated/supervision/": output("src/api/supervision.graphql"),
  },
};
export default config;
