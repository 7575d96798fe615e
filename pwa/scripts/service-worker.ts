import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const SHELL = ["/", "/manifest.webmanifest", "/icons/icon.svg", "/icons/icon-192.png"];

/** Writes /sw.js with the list of files that make up the shell: all but the map's, the chart's, the office's, the plan's and the supervision's, which come when they are opened. */
export function serviceWorker(): Plugin {
  return {
    name: "finder-service-worker",
    apply: "build",
    // Last of all: a chunk of styles alone loses its script on the way, and one file that is missing keeps the whole
    // shell from being kept.
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const apart = (file: string) => {
          const made = bundle[file];
          // What the office's pages share is a chunk under some module's name.
          const shared = made?.type === "chunk" && made.moduleIds.some((id) => id.includes("/src/office/"));
          return shared || /assets\/(map|powerchart|office|coverage|supervision)/i.test(file);
        };
        const files = Object.keys(bundle).filter((file) => /\.(js|css)$/.test(file) && !apart(file));
        const shell = [...SHELL, ...files.map((file) => `/${file}`)];
        const version = createHash("sha256").update(files.toSorted().join()).digest("hex").slice(0, 12);
        const source = readFileSync(new URL("../src/sw.js", import.meta.url), "utf8")
          .replace("__VERSION__", version)
          .replace("__SHELL__", JSON.stringify(shell));
        this.emitFile({ type: "asset", fileName: "sw.js", source });
      },
    },
  };
}
