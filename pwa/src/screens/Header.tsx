/** Search, and what belongs to the whole application. */
import { t } from "../i18n";
import { Icon } from "../parts/Icon";
import { go, hrefOf, openPage, route } from "../state/route";
import { panel } from "./panels";

export function Header() {
  const m = t();
  const { text } = route.value;
  return (
    <header class="head">
      <div class="search-box">
        <button
          type="button"
          class={`search-open${text ? " has" : ""}`}
          aria-haspopup="dialog"
          onClick={() => {
            panel.value = "search";
          }}
        >
          <Icon name="search" />
          <span>{text || m.search}</span>
        </button>
        {text && (
          <button type="button" class="icon-button" aria-label={m.clear} onClick={() => go({ text: "" })}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <button
        type="button"
        class="icon-button"
        aria-label={m.locate}
        aria-haspopup="dialog"
        onClick={() => {
          panel.value = "locate";
        }}
      >
        <Icon name="locate" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={m.settings}
        aria-haspopup="dialog"
        onClick={() => {
          panel.value = "settings";
        }}
      >
        <Icon name="settings" />
      </button>
      <a
        class="icon-button"
        aria-label={m.my}
        href={hrefOf({ page: { name: "my" } })}
        onClick={(event) => {
          event.preventDefault();
          openPage({ name: "my" });
        }}
      >
        <Icon name="person" />
      </a>
    </header>
  );
}
