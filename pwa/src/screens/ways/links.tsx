/** Rows that lead on. */
import { ww } from "../../i18n/ways";
import { Icon, type IconName } from "../../parts/Icon";
import { hrefOf, openPage } from "../../state/route";
import type { Page } from "../../state/url";

export function PageLink({ page, icon, name, hint }: { page: Page; icon: IconName; name: string; hint: string }) {
  return (
    <a
      class="block link-row"
      href={hrefOf({ page })}
      onClick={(event) => {
        event.preventDefault();
        openPage(page);
      }}
    >
      <Icon name={icon} />
      <span>
        <strong>{name}</strong>
        <span class="quiet">{hint}</span>
      </span>
      <Icon name="chevron" />
    </a>
  );
}

/** 36.773 -> "36.8"; 120 -> "120". */
export const kmText = (km: number) => (km >= 99.95 ? String(Math.round(km)) : String(Number(km.toFixed(1))));

/** What a way climbs and falls; that nobody knows it, where nobody does. */
export function climbText({ climbM, descentM }: { climbM: number | null; descentM: number | null }): string {
  const known = climbM != null && descentM != null;
  return known ? ww().climb(String(Math.round(climbM)), String(Math.round(descentM))) : ww().climbUnknown;
}

/** As on a post: 36.773 -> "K37". */
export const postText = (km: number) => `K${Math.round(km)}`;
