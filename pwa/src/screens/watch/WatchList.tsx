/** One's watches, under the account. */
import { useEffect } from "preact/hooks";
import { wt } from "../../i18n/watch";
import { Trouble } from "../../parts/Frame";
import { momentText, timeText } from "../../parts/when";
import { go } from "../../state/route";
import { end, hrefTo, loadWatches, watches, watchTrouble } from "../../state/watches";

export function WatchList() {
  const m = wt();
  useEffect(() => {
    void loadWatches();
  }, []);
  const mine = watches.value;
  if (mine === null && watchTrouble.value === null) return null;
  return (
    <section class="block">
      <h2>{m.title}</h2>
      {mine?.length === 0 && <p class="quiet">{m.none}</p>}
      <ul class="rows" role="list">
        {mine?.map((w) => (
          <li key={w.id} class="row-item">
            <div>
              <a
                href={hrefTo(w.stationId)}
                onClick={(event) => {
                  event.preventDefault();
                  go({ page: null, view: "list", station: w.stationId });
                }}
              >
                {w.stationName}
              </a>
              <span class="tag">{m.kinds[w.kind]}</span>
              <p class="quiet">
                {m.states[w.state]} · {w.toldAt === null ? m.until(timeText(w.until)) : m.toldAt(momentText(w.toldAt))}
              </p>
            </div>
            {w.state === "OPEN" && (
              <button
                type="button"
                class="text-button"
                aria-label={m.endNamed(w.stationName)}
                onClick={() => void end(w.id)}
              >
                {m.end}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Trouble text={watchTrouble.value} />
    </section>
  );
}
