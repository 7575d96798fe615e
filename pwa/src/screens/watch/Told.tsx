/** What one was told just now, above whatever screen is on. */
import "../../styles/watch.css";
import { render } from "preact";
import { wt } from "../../i18n/watch";
import { go, route } from "../../state/route";
import { heard, hrefTo, placeOf, putAside, toldText } from "../../state/watches";

let root: HTMLElement | null = null;

/** From now on, in a place of its own, since it belongs to no screen. */
export function showTold(): void {
  if (root) return;
  root = document.createElement("aside");
  root.className = "told-notes";
  document.body.append(root);
  render(<Told />, root);
}

function Told() {
  const m = wt();
  if (root) root.setAttribute("aria-label", m.title);
  return (
    <div role="status">
      {heard.value.map((w) => {
        const { head, body } = toldText(w);
        const station = placeOf(w);
        return (
          <div key={w.id} class="told-note">
            <p>
              <strong>{head}</strong>
              <span>{body}</span>
            </p>
            <div class="told-ways">
              {route.value.station !== station && (
                <a
                  class="button"
                  href={hrefTo(station)}
                  onClick={(event) => {
                    event.preventDefault();
                    putAside(w.id);
                    go({ page: null, view: "list", station });
                  }}
                >
                  {m.look}
                </a>
              )}
              <button type="button" class="button" onClick={() => putAside(w.id)}>
                {m.dismiss}
              </button>
            </div>
          </div>
        );
      })}
    </div>
  );
}
