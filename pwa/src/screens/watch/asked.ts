/** What tells of watches and holidays on other screens; its code and words come when it is shown. */
import { lazy } from "../../parts/lazy";

const withWatchWords = async <P>(part: Promise<P>): Promise<P> => {
  const [found] = await Promise.all([part, import("../../i18n/watch").then((watch) => watch.loadWatchWords())]);
  return found;
};

export const Holidays = lazy(async () => (await withWatchWords(import("./Holidays"))).Holidays, { quiet: true });
export const WatchPart = lazy(async () => (await withWatchWords(import("./WatchPart"))).WatchPart, { quiet: true });
