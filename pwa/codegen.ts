import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types and document hashes from the gateway's committed schema; the result is committed too. */
const config: CodegenConfig = {
  schema: "../finder/graphql/schema.graphql",
  documents: ["src/api/documents.graphql"],
  generates: {
    "src/api/generated/": {
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
    },
  },
};
export default config;
