/** The pages over the finder; the code of each comes when it is opened. */
import { lazy } from "../parts/lazy";
import { route } from "../state/route";

const withWords = async <P,>(page: Promise<P>): Promise<P> => {
  const [found] = await Promise.all([page, import("../i18n/mine").then((mine) => mine.loadWords())]);
  return found;
};

const withWayWords = async <P,>(page: Promise<P>): Promise<P> => {
  const [found] = await Promise.all([page, import("../i18n/ways").then((ways) => ways.loadWayWords())]);
  return found;
};

const RoadsPage = lazy(async () => (await withWayWords(import("./ways/RoadsPage"))).RoadsPage);
const RoadPage = lazy(async () => (await withWayWords(import("./ways/RoadPage"))).RoadPage);
const TripPage = lazy(async () => (await withWayWords(import("./ways/TripPage"))).TripPage);
const MyPage = lazy(async () => (await withWords(import("./account/MyPage"))).MyPage);

const ClaimPage = lazy(async () => (await withWords(import("./account/ClaimPage"))).ClaimPage);
const ChargePage = lazy(async () => (await withWords(import("./charge/ChargePage"))).ChargePage);
const OrderPage = lazy(async () => (await withWords(import("./charge/OrderPage"))).OrderPage);
const OrdersPage = lazy(async () => (await withWords(import("./charge/OrdersPage"))).OrdersPage);
const InvoicesPage = lazy(async () => (await withWords(import("./pay/InvoicesPage"))).InvoicesPage);
const ScanPage = lazy(async () => (await withWords(import("./charge/ScanPage"))).ScanPage);
const ReportsPage = lazy(async () => (await withWords(import("./report/ReportsPage"))).ready());
const SignedInPage = lazy(async () => (await withWords(import("./account/SignedInPage"))).SignedInPage);

export function PageView() {
  const { page } = route.value;
  switch (page?.name) {
    case "my":
    case "complaints":
      return <MyPage />;
    case "claim":
      return <ClaimPage />;
    case "charge":
      return <ChargePage />;
    case "order":
      return <OrderPage />;
    case "orders":
      return <OrdersPage />;
    case "invoices":
      return <InvoicesPage />;
    case "reports":
      return <ReportsPage />;
    case "signed-in":
      return <SignedInPage />;
    case "scan":
      return <ScanPage />;
    case "roads":
      return <RoadsPage />;
    case "road":
      return <RoadPage id={page.id} />;
    case "trip":
      return <TripPage road={page.road} />;
    default:
      return null;
  }
}
