/** The one live connection of the finder, nobody's: flips of stations' status. */
import type { Client } from "graphql-ws";
import { connected } from "../state/connected";
import {
  StatusChangedDocument,
  type StatusChangedSubscription,
  type StatusChangedSubscriptionVariables,
} from "./generated/graphql";
import { openSocket } from "./socket";

export type Flip = StatusChangedSubscription["statusChanged"];

let client: Client | null = null;
const reopened = new Set<() => void>();

/** Calls back each time the connection came back after a loss: what happened in between must be asked for. */
export function onReopen(listener: () => void): () => void {
  reopened.add(listener);
  return () => reopened.delete(listener);
}

/** Listens until the returned function is called. */
export function watch(variables: StatusChangedSubscriptionVariables, onFlip: (flip: Flip) => void): () => void {
  client ??= openSocket({
    up: (again) => {
      connected.value = true;
      if (again) for (const listener of reopened) listener();
    },
    down: () => {
      connected.value = false;
    },
  });
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
