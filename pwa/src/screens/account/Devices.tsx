/** Where one is signed in. */
import { useSignal } from "@preact/signals";
import { SignOutDeviceDocument } from "../../api/generated/mine/graphql";
import { w } from "../../i18n/mine";
import { Trouble } from "../../parts/Frame";
import { splitAge } from "../../parts/Notices";
import { Sure } from "../../parts/Sure";
import { changeMe, type Me, words } from "../../state/me";
import { signOut } from "../../state/session";

export function Devices({ devices }: { devices: Me["devices"] }) {
  const m = w().devices;
  const trouble = useSignal<string | null>(null);
  const everywhere = async () => {
    try {
      await signOut(true);
    } catch (error) {
      trouble.value = words(error);
    }
  };
  return (
    <section class="block">
      <h2>{m.title}</h2>
      <ul class="rows" role="list">
        {devices.map((d) => (
          <li key={d.id} class="row-item">
            <div>
              <strong>{d.name || m.unnamed}</strong>
              {d.current && <span class="tag">{m.current}</span>}
              <p class="quiet">{splitAge(m.seen, Date.parse(d.seenAt))}</p>
            </div>
            {!d.current && (
              <button
                type="button"
                class="text-button"
                aria-label={`${m.signOut} ${d.name || m.unnamed}`}
                onClick={async () => {
                  trouble.value = await changeMe(SignOutDeviceDocument, { id: d.id });
                }}
              >
                {m.signOut}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Trouble text={trouble.value} />
      <Sure label={m.everywhere} why={m.everywhereWhy} yes={m.everywhere} onSure={() => void everywhere()} />
    </section>
  );
}
