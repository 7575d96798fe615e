/** From the account's page to one's complaints. */
import { vw } from "../../i18n/voices";
import { Icon } from "../../parts/Icon";
import { hrefOf, openPage } from "../../state/route";

const page = { name: "complaints" } as const;

export function ComplaintsLink() {
  const m = vw();
  return (
    <a
      class="block link-row"
      href={hrefOf({ page })}
      onClick={(event) => {
        event.preventDefault();
        openPage(page);
      }}
    >
      <Icon name="warning" />
      <span>
        <strong>{m.complaints}</strong>
        <span class="quiet">{m.complaintsHint}</span>
      </span>
      <Icon name="chevron" />
    </a>
  );
}
