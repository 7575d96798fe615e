/** Starts the application. */
import { render } from "preact";
import "./styles/base.css";
import "./styles/list.css";
import { effect } from "@preact/signals";
import { language, named, t, useLanguage } from "./i18n";
import { App, fetchRest } from "./screens/App";
import { about, loadAbout } from "./state/about";
import { followLive } from "./state/live";
import { followQuestion } from "./state/nearby";
import { alreadyAllowed, locate } from "./state/position";
import { go, pageTitle, route } from "./state/route";
import { keptLanguage, watching } from "./state/settings";
import { followStation, station } from "./state/station";
import { registerServiceWorker } from "./state/worker";

async function start(): Promise<void> {
  const root = document.getElementById("app");
  if (!root) throw new Error("no #app in the page");
  if (location.hash.startsWith("#/office")) return (await import("./office/Office")).openOffice(root);
  if (location.hash.startsWith("#/supervision")) return (await import("./office/Supervision")).openSupervision(root);
  if (location.hash.startsWith("#/coverage")) return (await import("./office/Coverage")).openCoverage(root);
  await useLanguage(route.value.language ?? keptLanguage() ?? "zh-CN");
  history.scrollRestoration = "manual";
  render(<App />, root);
  const known = loadAbout();
  // Somebody at their own position waits for nobody; a list around the centre needs to know where that is.
  if (route.value.origin.kind === "centre") await known;
  if (route.value.origin.kind === "me" && !((await alreadyAllowed()) && (await locate()) === "found"))
    go({ origin: { kind: "centre" } }, { replace: true });
  followQuestion();
  followStation();
  void followLive();
  let spoken = language.peek();
  effect(() => {
    if (language.value === spoken) return;
    spoken = language.value;
    void loadAbout(); // its notice is in the reader's language
  });
  effect(() => {
    const open = route.value.station ? station.value : null;
    const name = about.value ? named(about.value) : t().appName;
    if (pageTitle.value) document.title = `${pageTitle.value} · ${name}`;
    else document.title = open ? `${named(open)} · ${name}` : name;
  });
  registerServiceWorker();
  fetchRest();
  if (watching.value) void import("./screens/watch/start").then((watch) => watch.startWatching());
}

void start();
