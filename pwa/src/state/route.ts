/** The address bar as a signal. */
import { computed, signal } from "@preact/signals";
import { type Filters, format, NO_FILTERS, type Page, parse, type Route } from "./url";

export const route = signal<Route>(parse(location.href));
export const filters = computed(() => route.value.filters);

addEventListener("popstate", () => {
  route.value = parse(location.href);
});

/** Changes part of the state; a new page of history unless `replace`. */
export function go(patch: Partial<Route>, { replace = false } = {}): void {
  const next = { ...route.value, ...patch };
  const href = format(next);
  if (href !== format(route.value)) {
    if (replace) history.replaceState(history.state, "", href);
    else history.pushState({ inside: true }, "", href);
  }
  route.value = next;
}

/** Back where we came from inside, else to the list: a shared link has nothing behind it. */
export function closeStation(): void {
  if (history.state?.inside) history.back();
  else go({ station: null }, { replace: true });
}

/** What the page over the finder is called; shown in the window's title. */
export const pageTitle = signal<string | null>(null);

export function openPage(page: Page, options?: { replace?: boolean }): void {
  go({ page }, options);
}

/** As closeStation, of the page that lies over all. */
export function closePage(): void {
  if (history.state?.inside) history.back();
  else go({ page: null }, { replace: true });
}

export function setFilters(patch: Partial<Filters>): void {
  go({ filters: { ...filters.value, ...patch } }, { replace: true });
}

export function clearFilters(): void {
  setFilters(NO_FILTERS);
}

/** The address of a change, for links that can be opened in a new tab. */
export function hrefOf(patch: Partial<Route>): string {
  return format({ ...route.value, ...patch });
}
