/** The one live connection: graphql-transport-ws with a heartbeat, for a silent socket looks alive for minutes. */
import { type Client, createClient } from "graphql-ws";
import { connected } from "../state/connected";
import {
  StatusChangedDocument,
  type StatusChangedSubscription,
  type StatusChangedSubscriptionVariables,
} from "./generated/graphql";

const HEARTBEAT_MS = 12_000;
const PATIENCE_MS = 6_000;
const MAX_WAIT_MS = 30_000;

export type Flip = StatusChangedSubscription["statusChanged"];

let client: Client | null = null;
let opened = 0;
const reopened = new Set<() => void>();

/** Calls back each time the connection came back after a loss: what happened in between must be asked for. */
export function onReopen(listener: () => void): () => void {
  reopened.add(listener);
  return () => reopened.delete(listener);
}

/** Listens until the returned function is called. */
export function watch(variables: StatusChangedSubscriptionVariables, onFlip: (flip: Flip) => void): () => void {
  client ??= connect();
  return client.subscribe<StatusChangedSubscription>(
    { query: StatusChangedDocument.toString(), variables: { ...variables } },
    {
      next: (result) => {
        if (result.data) onFlip(result.data.statusChanged);
      },
      error: (error) => console.warn("live updates ended", error),
      complete: () => {},
    },
  );
}

function connect(): Client {
  let socket: WebSocket | null = null;
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const made = createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    lazy: true,
    lazyCloseTimeout: 5_000,
    keepAlive: HEARTBEAT_MS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait,
    on: {
      opened: (s) => {
        socket = s as WebSocket;
      },
      connected: () => {
        connected.value = true;
        opened += 1;
        if (opened > 1) for (const listener of reopened) listener();
      },
      closed: () => {
        clearTimeout(overdue);
        connected.value = false;
      },
      ping: (received) => {
        if (!received) overdue = setTimeout(() => socket?.close(4408, "Request Timeout"), PATIENCE_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(overdue);
      },
    },
  });
  // A sleeping phone's socket is dead long before it says so.
  addEventListener("offline", () => made.terminate());
  return made;
}

/** Doubling waits with jitter, cut short when the network or the reader comes back. */
async function retryWait(retries: number): Promise<void> {
  const wait = Math.min(MAX_WAIT_MS, 500 * 2 ** Math.min(retries, 10)) * (0.5 + Math.random());
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, wait);
    addEventListener("online", done);
    document.addEventListener("visibilitychange", done);
  });
}
