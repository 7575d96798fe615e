/** The live picture of the page: asked for once, then kept by what the gateway tells of changes. */
import { signal } from "@preact/signals";
import type { Client } from "graphql-ws";
import {
  LivePictureChangedDocument,
  type LivePictureChangedSubscription,
  LivePictureDocument,
  type PicturedFragment,
} from "../api/generated/supervision/graphql";
import { openSocket } from "../api/socket";
import { merged } from "./picture";
import { askOffice, token } from "./session";

const AGAIN_MS = 3_000;

export const picture = signal<PicturedFragment | null>(null);
/** Whether changes come by themselves now. */
export const live = signal(false);
export const trouble = signal<string | null>(null);

/** Asks, then follows until the returned function is called. */
export function watchNetwork(): () => void {
  let client: Client | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const load = async () => {
    try {
      const { livePicture } = await askOffice(LivePictureDocument, {});
      picture.value = livePicture;
      trouble.value = null;
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : String(error);
    }
  };
  const follow = () => {
    if (over) return;
    client?.terminate(); // a connection is in one token's name: the next one has a new one
    client = openSocket({
      up: () => {},
      down: () => {
        live.value = false;
      },
      token,
    });
    const again = () => {
      live.value = false;
      clearTimeout(timer);
      if (!over) timer = setTimeout(() => void load().then(follow), AGAIN_MS);
    };
    client.subscribe<LivePictureChangedSubscription>(
      { query: LivePictureChangedDocument.toString() },
      {
        next: ({ data }) => {
          if (!data) return;
          live.value = true;
          picture.value = merged(picture.value, data.livePictureChanged);
        },
        error: again,
        complete: again,
      },
    );
  };
  void load().then(follow);
  return () => {
    over = true;
    clearTimeout(timer);
    void client?.dispose();
    live.value = false;
    picture.value = null;
  };
}
