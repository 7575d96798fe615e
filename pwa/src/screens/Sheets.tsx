/** The sheets, which come as one chunk after the list. */
import { FilterSheet } from "./FilterSheet";
import { LocateSheet } from "./LocateSheet";
import { panel } from "./panels";
import { SearchSheet } from "./SearchSheet";
import { SettingsSheet } from "./SettingsSheet";

export function Sheets() {
  switch (panel.value) {
    case "filters":
      return <FilterSheet />;
    case "search":
      return <SearchSheet />;
    case "locate":
      return <LocateSheet />;
    case "settings":
      return <SettingsSheet />;
    default:
      return null;
  }
}
