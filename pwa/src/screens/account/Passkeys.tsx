/** The keys by which one signs in without a text message. */
import { useSignal } from "@preact/signals";
import { RemovePasskeyDocument } from "../../api/generated/mine/graphql";
import { w } from "../../i18n/mine";
import { Trouble } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { splitAge } from "../../parts/Notices";
import { Sure } from "../../parts/Sure";
import { dateText } from "../../parts/when";
import { changeMe, loadMe, type Me, words } from "../../state/me";
import { addPasskey, passkeysHere } from "../../state/passkeys";

export function Passkeys({ keys }: { keys: Me["passkeys"] }) {
  const m = w().passkeys;
  const busy = useSignal(false);
  const trouble = useSignal<string | null>(null);
  const add = async () => {
    busy.value = true;
    trouble.value = null;
    try {
      const what = await addPasskey();
      trouble.value = what && m[what];
      if (what === null) await loadMe();
    } catch (error) {
      trouble.value = words(error);
    }
    busy.value = false;
  };
  return (
    <section class="block">
      <h2>{m.title}</h2>
      <p class="quiet">{keys.length ? m.why : `${m.none}${m.why}`}</p>
      <ul class="rows" role="list">
        {keys.map((key) => (
          <li key={key.id} class="row-item">
            <div>
              <strong>{m.added(dateText(key.addedAt))}</strong>
              <p class="quiet">{key.usedAt ? splitAge(m.used, Date.parse(key.usedAt)) : m.never}</p>
            </div>
            <Sure
              label={m.remove}
              why={m.removeWhy}
              yes={m.remove}
              onSure={async () => {
                trouble.value = await changeMe(RemovePasskeyDocument, { id: key.id });
              }}
            />
          </li>
        ))}
      </ul>
      <Trouble text={trouble.value} />
      {passkeysHere() ? (
        <button type="button" class="button wide-button" disabled={busy.value} onClick={() => void add()}>
          <Icon name="plus" />
          {busy.value ? m.adding : m.add}
        </button>
      ) : (
        <p class="quiet">{m.unsupported}</p>
      )}
    </section>
  );
}
