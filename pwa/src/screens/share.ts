/** Hands a station's address to the phone's own share sheet, or copies it. */
import { named } from "../i18n";
import { hrefOf } from "../state/route";
import { NO_FILTERS } from "../state/url";

export async function shareStation(found: {
  id: string;
  name: string;
  nameEn: string | null;
}): Promise<"shared" | "copied" | "failed"> {
  const path = hrefOf({
    page: null,
    view: "list",
    station: found.id,
    origin: { kind: "centre" },
    filters: NO_FILTERS,
    text: "",
    camera: null,
  });
  const url = new URL(path, location.origin).href;
  if (typeof navigator.share === "function") {
    try {
      await navigator.share({ title: named(found), url });
      return "shared";
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return "shared";
    }
  }
  return (await copy(url)) ? "copied" : "failed";
}

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
