/** What this device calls itself in the list of devices: the model where the browser says it, else the system. */
export function deviceName(agent = navigator.userAgent): string {
  const model = agent.match(/Android [\d.]+; ([^;)]+?)(?: Build\/[^;)]*)?[;)]/)?.[1]?.trim();
  if (model && model !== "K") return model.slice(0, 40); // Chromium says K for every model
  const system = [
    ["HarmonyOS", /HarmonyOS|OpenHarmony/],
    ["iPhone", /iPhone/],
    ["iPad", /iPad/],
    ["Android", /Android/],
    ["Windows", /Windows/],
    ["Mac", /Macintosh/],
    ["Linux", /Linux/],
  ].find(([, pattern]) => (pattern as RegExp).test(agent))?.[0];
  const browser = [
    ["微信", /MicroMessenger/],
    ["Edge", /Edg\//],
    ["Firefox", /Firefox\//],
    ["Chrome", /Chrome\//],
    ["Safari", /Safari\//],
  ].find(([, pattern]) => (pattern as RegExp).test(agent))?.[0];
  return [system, browser].filter(Boolean).join(" · ").slice(0, 40);
}
