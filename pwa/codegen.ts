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
    scalars: { DateTime: "string", ID: "string" },
    strictScalars: true,
  },
});

/** Types and document hashes from the gateway's committed schema; the result is committed too.
 *  What only officials ask is a module of its own, which no phone loads. */
const config: CodegenConfig = {
  schema: "../finder/graphql/schema.graphql",
  generates: {
    "src/api/generated/": output("src/api/documents.graphql"),
    "src/api/generated/office/": output("src/api/office.graphql"),
  },
};
export default config;
