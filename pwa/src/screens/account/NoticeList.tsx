/** What happened in one's name, the newest first, with a way to say that it was somebody else. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { NotMeDocument, ReadNoticesDocument } from "../../api/generated/mine/graphql";
import { w } from "../../i18n/mine";
import { Trouble } from "../../parts/Frame";
import { Sure } from "../../parts/Sure";
import { momentText } from "../../parts/when";
import { changeMe, type Me } from "../../state/me";
import { askMine } from "../../state/session";

const FEW = 5;

export function Notices({ notices }: { notices: Me["notices"] }) {
  const m = w().notices;
  const trouble = useSignal<string | null>(null);
  const told = useSignal(false);
  const newest = notices.find((n) => !n.read)?.id ?? null;
  useEffect(() => {
    // Read by being shown; the sign stays until the page is opened anew.
    if (newest) void askMine(ReadNoticesDocument, { upTo: newest }).catch(() => {});
  }, [newest]);
  if (notices.length === 0) return null;
  return (
    <section class="block">
      <h2>{m.title}</h2>
      <ul class="rows" role="list">
        {notices.slice(0, FEW).map((n) => (
          <li key={n.id} class="row-item">
            <div>
              {n.text}
              {!n.read && <span class="tag">{m.unread}</span>}
              <p class="quiet">{momentText(n.at)}</p>
            </div>
            {n.kind === "PLUG_STARTED" && n.order && (
              <Sure
                label={m.notMe}
                why={m.notMeWhy}
                yes={m.notMe}
                onSure={async () => {
                  trouble.value = await changeMe(NotMeDocument, { order: n.order ?? "" });
                  told.value = trouble.value === null;
                }}
              />
            )}
          </li>
        ))}
      </ul>
      <p role="status">{told.value ? m.told : ""}</p>
      <Trouble text={trouble.value} />
    </section>
  );
}
