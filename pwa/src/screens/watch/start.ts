/** At the start, where one waits to be told: follows it, and shows what was told meanwhile. */
import { loadWatchWords } from "../../i18n/watch";
import { loadWatches } from "../../state/watches";
import { showTold } from "./Told";

export async function startWatching(): Promise<void> {
  await loadWatchWords();
  showTold();
  await loadWatches();
}
