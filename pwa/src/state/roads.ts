/** The roads, and the one that is open; the last opened are kept for when there is no network. */
import { batch, signal } from "@preact/signals";
import { type ApiError, ask } from "../api/client";
import {
  AlongRoadDocument,
  type PostFragment,
  RoadDocument,
  type RoadQuery,
  RoadsDocument,
  type RoadsQuery,
} from "../api/generated/ways/graphql";
import type { Direction } from "../kernel/strip";
import { keep, keepAmong, kept, keptAmong } from "./keep";

const PAGE = 100;
const MOST_PAGES = 8;
const MOST_KEPT = 12;

export type RoadRow = RoadsQuery["roads"][number];

/** `posts` hold one list where a road may be crossed, and one for each direction where it may not. */
export interface OpenRoad {
  id: string;
  road: RoadQuery["road"];
  posts: { FORWARD: PostFragment[]; BACKWARD: PostFragment[] };
  /** More stations than are asked for: gaps are then not told. */
  cut: boolean;
  receivedAt: number;
}

export const roads = signal<RoadRow[] | null>(null);
export const roadsKeptSince = signal<number | null>(null);
export const roadsFailure = signal<ApiError | null>(null);
export const openRoad = signal<OpenRoad | null>(null);
export const roadKeptSince = signal<number | null>(null);
export const roadFailure = signal<ApiError | null>(null);

let running: AbortController | null = null;

export async function loadRoads(): Promise<void> {
  try {
    const answer = (await ask(RoadsDocument, {})).roads;
    batch(() => {
      roads.value = answer;
      roadsKeptSince.value = null;
      roadsFailure.value = null;
    });
    void keep("roads", answer);
  } catch (error) {
    const before = await kept<RoadRow[]>("roads");
    batch(() => {
      if (before) {
        roads.value = before.value;
        roadsKeptSince.value = before.at;
      } else roadsFailure.value = error as ApiError;
    });
  }
}

export async function loadRoad(id: string): Promise<void> {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  if (openRoad.value?.id !== id) openRoad.value = null;
  roadFailure.value = null;
  try {
    const { road } = await ask(RoadDocument, { id }, mine.signal);
    const forward = await along(id, road.kind === "EXPRESSWAY" ? "FORWARD" : null, mine.signal);
    const backward = road.kind === "EXPRESSWAY" ? await along(id, "BACKWARD", mine.signal) : forward;
    if (mine.signal.aborted) return;
    const found: OpenRoad = {
      id,
      road,
      posts: { FORWARD: forward.posts, BACKWARD: backward.posts },
      cut: forward.cut || backward.cut,
      receivedAt: Date.now(),
    };
    batch(() => {
      openRoad.value = found;
      roadKeptSince.value = null;
    });
    void keepAmong("opened-roads", found, MOST_KEPT);
  } catch (error) {
    if (mine.signal.aborted) return;
    const before = (await keptAmong<OpenRoad>("opened-roads")).find((k) => k.value.id === id);
    batch(() => {
      if (before && (error as ApiError).retryable) {
        openRoad.value = before.value;
        roadKeptSince.value = before.at;
      } else roadFailure.value = error as ApiError;
    });
  }
}

async function along(road: string, direction: Direction | null, signal: AbortSignal) {
  const posts: PostFragment[] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: Awaited<ReturnType<typeof askPage>> = await askPage(road, direction, after, signal);
    posts.push(...answer.edges);
    if (!answer.pageInfo.hasNextPage) return { posts, cut: false };
    after = answer.pageInfo.endCursor;
  }
  return { posts, cut: true };
}

const askPage = async (road: string, direction: Direction | null, after: string | null, signal: AbortSignal) =>
  (await ask(AlongRoadDocument, { road, direction, first: PAGE, after }, signal)).stationsAlongRoad;
