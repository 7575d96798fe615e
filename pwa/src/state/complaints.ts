/** One's complaints, and what one does with them. */
import { batch, effect, signal } from "@preact/signals";
import {
  AppealDocument,
  ComplainDocument,
  type ComplaintInput,
  type ComplaintShownFragment,
  MyComplaintsDocument,
} from "../api/generated/voices/graphql";
import { words } from "./me";
import { askMine } from "./session";
import { hasAccount } from "./settings";

export type Complaint = ComplaintShownFragment;

const PAGE = 20;
export const complaints = signal<Complaint[] | null>(null);
export const complaintsTrouble = signal<string | null>(null);
/** Where the next page begins; null where there is none. */
export const olderAfter = signal<string | null>(null);

/** The newest, or those after the ones that are there. */
export async function loadComplaints(after: string | null = null): Promise<void> {
  try {
    const { complaints: found } = await askMine(MyComplaintsDocument, { first: PAGE, after });
    batch(() => {
      complaints.value = after === null ? found.nodes : [...(complaints.value ?? []), ...found.nodes];
      olderAfter.value = found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null;
      complaintsTrouble.value = null;
    });
  } catch (error) {
    complaintsTrouble.value = words(error);
  }
}

// Nothing of another account is shown.
effect(() => {
  if (hasAccount.value) return;
  batch(() => {
    complaints.value = null;
    olderAfter.value = null;
    complaintsTrouble.value = null;
  });
});

/** Returns what went wrong, in words, or null. */
export async function complain(input: ComplaintInput): Promise<string | null> {
  try {
    await askMine(ComplainDocument, { input });
    return null;
  } catch (error) {
    return words(error);
  }
}

/** The same, of an answer. */
export async function appeal(id: string, text: string, key: string): Promise<string | null> {
  try {
    const { appeal: now } = await askMine(AppealDocument, { id, text, idempotencyKey: key });
    complaints.value = complaints.value?.map((c) => (c.id === id ? now : c)) ?? null;
    return null;
  } catch (error) {
    return words(error);
  }
}
