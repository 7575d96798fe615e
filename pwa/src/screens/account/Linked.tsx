/** Accounts elsewhere by which one signs in. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { UnlinkProviderDocument } from "../../api/generated/mine/graphql";
import { w } from "../../i18n/mine";
import { Trouble } from "../../parts/Frame";
import { Sure } from "../../parts/Sure";
import { begin, loadProviders, providers } from "../../state/flows";
import { changeMe } from "../../state/me";

export function Linked({ linked }: { linked: readonly string[] }) {
  const m = w().flow;
  const trouble = useSignal<string | null>(null);
  useEffect(() => void loadProviders(), []);
  if (providers.value.length === 0) return null;
  return (
    <section class="block">
      <h2>{m.linked}</h2>
      <ul class="rows" role="list">
        {providers.value.map((p) => (
          <li key={p.id} class="row-item">
            <div>{p.name}</div>
            {linked.includes(p.id) ? (
              <Sure
                label={m.unlink}
                why={m.unlinkWhy(p.name)}
                yes={m.unlink}
                onSure={async () => {
                  trouble.value = await changeMe(UnlinkProviderDocument, { provider: p.id });
                }}
              />
            ) : (
              <button
                type="button"
                class="text-button"
                onClick={async () => {
                  trouble.value = await begin({ kind: "link", provider: p.id });
                }}
              >
                {m.link(p.name)}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Trouble text={trouble.value} />
    </section>
  );
}
