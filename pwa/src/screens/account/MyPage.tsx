/** Oneself: vehicles, devices, keys, and what is kept. */
import "../../styles/account.css";
import { useEffect } from "preact/hooks";
import { w } from "../../i18n/mine";
import { Frame, NotYet } from "../../parts/Frame";
import { Icon } from "../../parts/Icon";
import { lazy } from "../../parts/lazy";
import { splitAge } from "../../parts/Notices";
import { dateText } from "../../parts/when";
import { payChannels } from "../../state/about";
import { forgetMe, loadMe, me, meKeptSince, meTrouble } from "../../state/me";
import { hrefOf, openPage, route } from "../../state/route";
import { signOut } from "../../state/session";
import { hasAccount } from "../../state/settings";
import { ComplaintsLink, ComplaintsPage } from "../voices/parts";
import { Agreements } from "./Agreements";
import { Devices } from "./Devices";
import { Linked } from "./Linked";
import { Notices } from "./NoticeList";
import { Passkeys } from "./Passkeys";
import { erased, Privacy } from "./Privacy";
import { SignIn } from "./SignIn";
import { Vehicles } from "./Vehicles";

const WatchList = lazy(
  async () => {
    const [part] = await Promise.all([
      import("../watch/WatchList"),
      import("../../i18n/watch").then((watch) => watch.loadWatchWords()),
    ]);
    return part.WatchList;
  },
  { quiet: true },
);

/** What is one's own; the list of complaints has an address of its own. */
export function MyPage() {
  return route.value.page?.name === "complaints" ? <ComplaintsPage /> : <Oneself />;
}

function Oneself() {
  const m = w();
  const known = hasAccount.value;
  useEffect(() => {
    if (known) void loadMe();
    else forgetMe();
  }, [known]);
  return (
    <Frame title={known ? m.my.title : m.signIn.title} busy={known && me.value === null && meTrouble.value === null}>
      {known ? (
        <Mine />
      ) : (
        <>
          {erased.value && (
            <p class="note" role="status">
              {m.privacy.erased}
            </p>
          )}
          <SignIn />
        </>
      )}
    </Frame>
  );
}

function Mine() {
  const m = w();
  const mine = me.value;
  const since = meKeptSince.value;
  if (mine === null) return <NotYet trouble={meTrouble.value} again={loadMe} />;
  return (
    <>
      {since !== null && (
        <div class="banner" role="status">
          <Icon name="cloudOff" />
          <span>{splitAge(m.my.keptSince, since)}</span>
        </div>
      )}
      <section class="block who">
        <p class="who-phone">{mine.phone}</p>
        <p class="quiet">{m.my.since(dateText(mine.since))}</p>
        <button
          type="button"
          class="text-button"
          onClick={() => {
            void signOut(false);
          }}
        >
          {m.my.signOut}
        </button>
      </section>
      {payChannels.value.length > 0 && (
        <a
          class="block link-row"
          href={hrefOf({ page: { name: "orders" } })}
          onClick={(event) => {
            event.preventDefault();
            openPage({ name: "orders" });
          }}
        >
          <Icon name="bolt" />
          <span>
            <strong>{m.my.orders}</strong>
            <span class="quiet">{m.my.ordersHint}</span>
          </span>
          <Icon name="chevron" />
        </a>
      )}
      <a
        class="block link-row"
        href={hrefOf({ page: { name: "reports" } })}
        onClick={(event) => {
          event.preventDefault();
          openPage({ name: "reports" });
        }}
      >
        <Icon name="warning" />
        <span>
          <strong>{m.my.reports}</strong>
          <span class="quiet">{m.my.reportsHint}</span>
        </span>
        <Icon name="chevron" />
      </a>
      <ComplaintsLink />
      <Notices notices={mine.notices} />
      <WatchList />
      <Vehicles mine={mine} />
      {payChannels.value.length > 0 && <Agreements agreements={mine.agreements} />}
      <Passkeys keys={mine.passkeys} />
      <Linked linked={mine.providers} />
      <Devices devices={mine.devices} />
      <Privacy />
    </>
  );
}
