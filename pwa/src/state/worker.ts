/** Registers the service worker, in production only. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // After the first list, which needs the network more.
  const register = () =>
    navigator.serviceWorker.register("/sw.js").catch((error) => console.warn("no offline use", error));
  if (document.readyState === "complete") void register();
  else addEventListener("load", () => void register(), { once: true });
}
