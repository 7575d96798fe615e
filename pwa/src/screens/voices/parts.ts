/** Voices on other pages; code and words come when they are shown. */
import { lazy } from "../../parts/lazy";

const withWords = async <P>(part: Promise<P>): Promise<P> => {
  const [found] = await Promise.all([part, import("../../i18n/voices").then((voices) => voices.loadVoiceWords())]);
  return found;
};

export const StationVoices = lazy(async () => (await withWords(import("./StationVoices"))).StationVoices, {
  quiet: true,
});
export const ComplainBlock = lazy(async () => (await withWords(import("./Complain"))).ComplainBlock, { quiet: true });
export const ComplaintsPage = lazy(async () => (await withWords(import("./ComplaintsPage"))).ComplaintsPage);
export const ComplaintsLink = lazy(async () => (await withWords(import("./ComplaintsLink"))).ComplaintsLink, {
  quiet: true,
});
