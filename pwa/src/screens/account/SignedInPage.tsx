/** Where another's page sends the browser back to; what was begun is finished, and one's own page follows. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { w } from "../../i18n/mine";
import { Frame, Trouble } from "../../parts/Frame";
import { finish } from "../../state/flows";
import { openPage, route } from "../../state/route";

export function SignedInPage() {
  const m = w();
  const trouble = useSignal<string | null>(null);
  const page = route.value.page;
  const { code, state } = page?.name === "signed-in" ? page : { code: "", state: "" };
  useEffect(() => {
    if (!code || !state) {
      trouble.value = m.flow.refused;
      return;
    }
    void finish(code, state).then((done) => {
      trouble.value = done.nothing ? m.flow.nothing : done.trouble;
      if (trouble.value === null) openPage({ name: "my" }, { replace: true });
    });
  }, []);
  return (
    <Frame title={m.flow.title} busy={trouble.value === null}>
      {trouble.value === null ? (
        <p class="empty" role="status">
          {m.flow.working}
        </p>
      ) : (
        <div class="empty">
          <Trouble text={trouble.value} />
          <button type="button" class="button" onClick={() => openPage({ name: "my" }, { replace: true })}>
            {t().my}
          </button>
        </div>
      )}
    </Frame>
  );
}
