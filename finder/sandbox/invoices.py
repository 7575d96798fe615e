"""A practice issuer of invoices: issues once for each number, and reverses whole invoices once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from finder.kernel.clock import Clock, system_clock
from finder.sandbox.signed import Refuses, serial


@dataclass(slots=True)
class PracticeIssuer:
    """Its books: what was asked under each number, and what was answered."""

    name: str = "练习开票服务（非真实发票）"  # drivers read it
    clock: Clock = system_clock
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)  # as they were asked for
    red: dict[str, dict[str, Any]] = field(default_factory=dict)
    _answers: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    def paths(self) -> Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        """See Trade."""
        return {"/invoices": self._issue, "/reversals": self._reverse}

    def shown(self) -> Any:
        """How many, and how much, without whom they are for."""
        return {"issued": len(self.invoices), "reversed": len(self.red), "fen": self.standing_fen()}

    def standing_fen(self) -> int:
        """The sum of what is issued and not reversed."""
        gone = {told["of"] for told in self.red.values()}
        return sum(told["totalFen"] for number, told in self.invoices.items() if number not in gone)

    def _issue(self, told: dict[str, Any]) -> dict[str, Any]:
        lines = told["lines"]
        if not lines or sum(line["fen"] for line in lines) != told["totalFen"] or not told["title"]:
            raise Refuses("AMOUNTS")
        for line in lines:
            rate = line["ratePercent"]
            if line["fen"] <= 0 or abs(line["taxFen"] * (100 + rate) - line["fen"] * rate) * 2 > 100 + rate:
                raise Refuses("TAX")
        return self._once(self.invoices, told)

    def _reverse(self, told: dict[str, Any]) -> dict[str, Any]:
        issued = self._answers.get(told["of"])
        if issued is None or (issued["invoiceNo"], issued["totalFen"]) != (told["invoiceNo"], told["totalFen"]):
            raise Refuses("NO_SUCH_INVOICE")
        if any(each["of"] == told["of"] for number, each in self.red.items() if number != told["number"]):
            raise Refuses("REVERSED_ALREADY")
        return self._once(self.red, told)

    def _once(self, kept: dict[str, dict[str, Any]], told: dict[str, Any]) -> dict[str, Any]:
        number = told["number"]
        if kept.setdefault(number, told) != told:
            raise Refuses("OTHER_CONTENT")
        if number not in self._answers:
            now = self.clock().isoformat()
            self._answers[number] = {
                "number": number,
                "invoiceNo": serial(),
                "totalFen": told["totalFen"],
                "issuedAt": now,
            }
        return self._answers[number]
