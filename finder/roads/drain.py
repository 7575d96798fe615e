"""What a stretch of road takes out of a battery, so told that stretches can be joined end to end."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drain:
    """In kWh, with what is taken out positive.

    `net` is from beginning to end, below 0 where more comes back downhill than is taken. Since a pass lies between
    two valleys, three more are needed: `peak`, the most that is out since the beginning; `tail`, the most that is out
    at the end since any place; `drop`, the most between any two places in their order. All three are 0 or more.
    """

    net: float = 0.0
    peak: float = 0.0
    tail: float = 0.0
    drop: float = 0.0

    def then(self, other: "Drain") -> "Drain":
        """This stretch, and the other after it."""
        return Drain(
            self.net + other.net,
            max(self.peak, self.net + other.peak),
            max(other.tail, self.tail + other.net),
            max(self.drop, other.drop, self.tail + other.peak),
        )


NOTHING = Drain()


def steady(kwh: float) -> Drain:
    """A stretch that only goes one way: out of the battery, or (below 0) into it."""
    out = max(kwh, 0.0)
    return Drain(kwh, out, out, out)


def arrives_with(charge_kwh: float, full_kwh: float, floor_kwh: float, drain: Drain) -> float | None:
    """What is left in kWh at the end, None where it would fall below the floor on the way.

    A full battery takes nothing back: what comes downhill beyond it is braked away.
    """
    if charge_kwh - drain.peak < floor_kwh or full_kwh - drain.drop < floor_kwh:
        return None
    return min(charge_kwh - drain.net, full_kwh - drain.tail)
