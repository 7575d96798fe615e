/** The map's place in the shell. Its code comes only when it is opened, and stays for the application's life. */
import "../styles/map.css";
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import { whenIdle } from "../parts/lazy";
import { PracticeNotice } from "../parts/Notices";
import { about } from "../state/about";
import { go } from "../state/route";
import { Chips } from "./Chips";
import { Header } from "./Header";

type MapView = ComponentType<{ shown: boolean; split: boolean }>;

const loaded = signal<MapView | null>(null);
const failed = signal(false);
const insisted = signal(false);

const saveData = () => (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

let drawable: boolean | null = null;
function canDraw(): boolean {
  if (drawable === null) {
    const gl = document.createElement("canvas").getContext("webgl2");
    drawable = gl !== null;
    gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return drawable;
}

async function load(): Promise<void> {
  failed.value = false;
  try {
    loaded.value = (await import("../map/MapView")).MapView;
  } catch {
    failed.value = true;
  }
}

export function MapScreen({ shown, split }: { shown: boolean; split: boolean }) {
  const m = t();
  const wait = saveData() && !insisted.value;
  const possible = !shown || canDraw();
  useEffect(() => {
    if (!shown || wait || !possible || loaded.value) return;
    // Beside the list, the list comes first.
    if (!split) void load();
    else whenIdle(() => void load());
  }, [shown, wait, possible, split]);
  const View = loaded.value;
  if (!shown && !View) return null;
  return (
    <div class="map-screen" hidden={!shown}>
      {!split && (
        <div class="map-top">
          <Header />
          <div role="search" aria-label={m.filters}>
            <Chips />
          </div>
        </div>
      )}
      {View ? (
        <View shown={shown} split={split} />
      ) : (
        <main class="empty" id={split ? undefined : "main"}>
          {!possible ? (
            <p class="empty-title">{m.mapImpossible}</p>
          ) : wait ? (
            <>
              <p class="empty-title">{m.mapSaveData}</p>
              <button
                type="button"
                class="button"
                onClick={() => {
                  insisted.value = true;
                }}
              >
                {m.mapAnyway}
              </button>
            </>
          ) : failed.value ? (
            <>
              <p class="empty-title">{m.mapFailed}</p>
              <button type="button" class="button" onClick={() => void load()}>
                {m.retry}
              </button>
            </>
          ) : (
            <p>{m.loading}</p>
          )}
          {!split && (
            <button type="button" class="text-button" onClick={() => go({ view: "list" })}>
              {m.toList}
            </button>
          )}
        </main>
      )}
      {about.value?.practice && !View && <PracticeNotice practice />}
    </div>
  );
}
