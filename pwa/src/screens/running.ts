/** The bar of a running session, on the list; its code comes when there is one. */
import { lazy } from "../parts/lazy";

export const RunningBar = lazy(
  async () => {
    const [bar] = await Promise.all([
      import("./charge/RunningBar"),
      import("../i18n/mine").then((mine) => mine.loadWords()),
    ]);
    return bar.RunningBar;
  },
  { quiet: true },
);
