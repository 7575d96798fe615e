import { defineConfig } from "vite";
import { serviceWorker } from "./scripts/service-worker.ts";

const api = process.env.FINDER_API ?? "http://127.0.0.1:8000";
const proxy = {
  "/graphql": { target: api, ws: true },
  "/base": { target: api },
};

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [serviceWorker()],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // a data: script or font would need a wider content security policy
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: "es" },
  server: { proxy },
  preview: { proxy },
});
