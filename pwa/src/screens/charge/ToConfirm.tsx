/** What opens the payment application comes only where there is something to confirm. */
import { lazy } from "../../parts/lazy";
import { payChannels } from "../../state/about";
import type { Order } from "../../state/orders";

const Confirm = lazy(async () => (await import("./Confirm")).Confirm);

export function ToConfirm({ found }: { found: Order }) {
  // A practice channel agrees by itself; a real application would refuse what it gave.
  const practice = payChannels.value.find((c) => c.name === found.channel)?.practice ?? false;
  return practice || found.confirm.length === 0 ? null : <Confirm found={found} />;
}
