/** A live connection: graphql-transport-ws with a heartbeat, for a silent socket looks alive for minutes. */
import { type Client, createClient } from "graphql-ws";

const HEARTBEAT_MS = 12_000;
const PATIENCE_MS = 6_000;
const MAX_WAIT_MS = 30_000;

interface Listener {
  /** `again`: after a loss, so that what happened in between must be asked for. */
  up: (again: boolean) => void;
  down: () => void;
  /** In whose name; asked for at each connection. */
  token?: () => Promise<string>;
}

export function openSocket({ up, down, token }: Listener): Client {
  let socket: WebSocket | null = null;
  let overdue: ReturnType<typeof setTimeout> | undefined;
  let opened = 0;
  const made = createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    lazy: true,
    lazyCloseTimeout: 5_000,
    keepAlive: HEARTBEAT_MS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait,
    // A rejection here would end the client for good; without a token the gateway says that it wants one.
    ...(token
      ? {
          connectionParams: () =>
            token().then(
              (held) => ({ authorization: `Bearer ${held}` }),
              () => ({}),
            ),
        }
      : {}),
    on: {
      opened: (s) => {
        socket = s as WebSocket;
      },
      connected: () => {
        opened += 1;
        up(opened > 1);
      },
      closed: () => {
        clearTimeout(overdue);
        down();
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
