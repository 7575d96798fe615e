/** The strip itself: a row for each thing on the road, as far apart as they lie. */

import type { PostFragment, RoadQuery } from "../../api/generated/ways/graphql";
import { named, t } from "../../i18n";
import { ww } from "../../i18n/ways";
import { fromCounts } from "../../kernel/counts";
import { type Direction, type Gap, strip } from "../../kernel/strip";
import { Badge } from "../../parts/Badge";
import { Icon } from "../../parts/Icon";
import { distanceText } from "../../parts/words";
import { go } from "../../state/route";
import { kmText, postText } from "./links";

const SHOWN = 2;

interface Props {
  road: RoadQuery["road"];
  posts: readonly PostFragment[];
  gaps: readonly Gap[];
  breaks: readonly Gap[];
  direction: Direction;
}

interface Ahead {
  chargers: PostFragment[];
  nextKm: number | null;
  toBreak: boolean;
}

export function RoadStrip({ road, posts, gaps, breaks, direction }: Props) {
  const m = ww().roads;
  const places = road.places.filter((place) => place.direction === null || place.direction === direction);
  // Finer than its line is known, kilometres would only look exact.
  const rows = strip(places, posts, gaps, direction, road.accuracyM > 3_000 ? 3 : 1, breaks);
  const nextText = ({ chargers, nextKm, toBreak }: Ahead) => {
    if (toBreak) return null;
    if (nextKm !== null) return nextKm < 1 ? m.near : m.next(kmText(nextKm));
    const left = Math.abs((direction === "FORWARD" ? road.toKm : road.fromKm) - (chargers.at(-1)?.km ?? 0));
    return left < 1 ? null : m.last(kmText(left));
  };
  return (
    <section aria-label={m.strip}>
      <ol class={`road-strip${road.approximate ? " rough" : ""}`} role="list">
        {rows.map((row, i) => (
          <li
            key={`${row.kind}${row.km}${row.kind === "place" ? row.place.name : ""}`}
            class={`row-${row.kind}${row.inGap ? " in-gap" : ""}${row.inBreak ? " in-break" : ""}${row.inGap && rows[i + 1]?.inGap ? " into-gap" : ""}`}
            style={{ "--after": Math.min(40, row.afterKm).toFixed(1) }}
          >
            <span class="post">{postText(row.km)}</span>
            <span class="rail" aria-hidden="true" />
            {row.kind === "place" ? (
              <p class="place-name">
                <strong>{named(row.place)}</strong> <span class="quiet">{m.places[row.place.kind]}</span>
              </p>
            ) : row.kind === "resume" ? (
              <p class="place-name quiet">{m.resumes}</p>
            ) : row.kind === "break" ? (
              <p class="break-card">
                <strong>{m.broken(kmText(row.gap.toKm - row.gap.fromKm))}</strong>
                <br />
                {m.brokenHint}
              </p>
            ) : row.kind === "gap" ? (
              <p class="gap-card">
                <Icon name="warning" />
                <span>
                  <strong>{m.gap(kmText(row.gap.toKm - row.gap.fromKm))}</strong>
                  <br />
                  {direction === "FORWARD"
                    ? m.gapFrom(postText(row.gap.fromKm), postText(row.gap.toKm))
                    : m.gapFrom(postText(row.gap.toKm), postText(row.gap.fromKm))}
                </span>
              </p>
            ) : (
              <Chargers posts={row.chargers} next={nextText(row)} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Chargers({ posts, next }: { posts: readonly PostFragment[]; next: string | null }) {
  const m = ww().roads;
  // Those with a free bay first: who stops at this kilometre takes one of them.
  const sorted = posts.toSorted((a, b) => b.node.availability.available - a.node.availability.available);
  const rest = sorted.slice(SHOWN);
  return (
    <div class="charger-group">
      {sorted.slice(0, SHOWN).map((post) => (
        <Charger key={post.node.id} post={post} />
      ))}
      {rest.length > 0 && (
        <details>
          <summary>{m.more(rest.length)}</summary>
          {rest.map((post) => (
            <Charger key={post.node.id} post={post} />
          ))}
        </details>
      )}
      {next && <p class="next quiet">{next}</p>}
    </div>
  );
}

function Charger({ post }: { post: PostFragment }) {
  const m = ww().roads;
  const { node } = post;
  const facts = [
    node.state === "OPEN" ? null : t().state[node.state],
    m.sides[post.side] || null,
    post.offsetM === null ? null : m.offset(distanceText(post.offsetM)),
  ].filter((fact) => fact !== null);
  return (
    <button type="button" class="found-row" onClick={() => go({ page: null, view: "list", station: node.id })}>
      <Badge tally={fromCounts(node.availability)} />
      <span class="found-text">
        <span class="found-name">{named(node)}</span>
        <span class="quiet">{[named(node.operator), ...facts].join(" · ")}</span>
      </span>
    </button>
  );
}
