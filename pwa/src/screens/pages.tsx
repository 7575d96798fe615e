/** The pages over the finder; the code of each comes when it is opened. */
import { lazy } from "../parts/lazy";
import { route } from "../state/route";

const withWords = async <P,>(page: Promise<P>): Promise<P> => {
  const [found] = await Promise.all([page, import("../i18n/mine").then((mine) => mine.loadWords())]);
  return found;
};

const MyPage = lazy(async () => (await withWords(import("./account/MyPage"))).MyPage);

export function PageView() {
  const { page } = route.value;
  switch (page?.name) {
    case "my":
      return <MyPage />;
    default:
      return null;
  }
}
