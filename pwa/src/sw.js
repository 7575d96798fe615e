// Keeps the shell, so that the list opens without a network; answers about stations are never taken from here.
const CACHE = "shell-__VERSION__";
const ASSETS = "assets"; // the map's chunk and other hashed files, kept once they were asked for
const MAX_ASSETS = 40;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(__SHELL__))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n !== CACHE && n !== ASSETS).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (/^\/(graphql|metrics|healthz|readyz)/.test(url.pathname)) return;
    event.respondWith(page(request));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(hashed(request));
  } else if (/^\/(icons\/|base\/|manifest)/.test(url.pathname)) {
    event.respondWith(freshOrKept(request));
  }
});

async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) return answer;
    if (answer.status < 500) return answer;
  } catch {
    // no network: the kept shell answers
  }
  return (await caches.match("/")) ?? Response.error();
}

async function hashed(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const cache = await caches.open(ASSETS);
    await cache.put(request, answer.clone());
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - MAX_ASSETS)).map((key) => cache.delete(key)));
  }
  return answer;
}

async function freshOrKept(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      const cache = await caches.open(ASSETS);
      await cache.put(request, answer.clone());
    }
    return answer;
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}

// What a push service brings is shown; what is in it the gateway has put into the reader's language.
self.addEventListener("push", (event) => {
  const told = read(event.data);
  const shown = { body: told.body, tag: told.tag, icon: "/icons/icon-192.png", data: { url: told.url } };
  event.waitUntil(self.registration.showNotification(told.title, shown));
});

function read(data) {
  try {
    const told = data.json();
    if (typeof told.title === "string") return told;
  } catch {
    // a browser wants something shown for every message
  }
  return { title: "充电地图", body: "", url: "/my" };
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openAt(String(event.notification.data?.url ?? "/")));
});

async function openAt(path) {
  const url = new URL(path, self.location.origin);
  if (url.origin !== self.location.origin) return;
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((each) => each.visibilityState === "visible") ?? open[0];
  try {
    await there.focus();
    await there.navigate(url.href);
  } catch {
    await self.clients.openWindow(url.href); // none is open, or it is not ours to move
  }
}
