/** While an order waits for its driver's word in the payment application. */
import { w } from "../../i18n/mine";
import { openingOf } from "../../kernel/handover";
import { thisDevice } from "../../state/handover";
import { loadOrder, type Order } from "../../state/orders";
import { hrefOf } from "../../state/route";
import { Handover } from "../pay/Handover";

export function Confirm({ found }: { found: Order }) {
  const m = w().handover;
  const opening = openingOf(found.confirm, thisDevice());
  if (!opening) return null;
  return (
    <Handover
      opening={opening}
      label={found.stage === "COLLECTING" ? m.pay : m.agree}
      path={hrefOf({ page: { name: "order", number: found.number } })}
      look={() => loadOrder(found.number)}
    />
  );
}
