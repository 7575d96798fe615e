"""A practice Alipay's plug-and-charge: the cars that it knows, by VIN and open_id."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from finder.sandbox.channels.model import Refusal, Why

Told: TypeAlias = Mapping[str, Any]
Handle: TypeAlias = Callable[[Told, str, str], dict[str, Any]]  # biz_content, the operator, where to call back


class Code(Refusal):
    """A refusal under a code of its own."""

    def __init__(self, sub_code: str) -> None:
        super().__init__(Why.STATE, sub_code)
        self.sub_code = sub_code


class Cars:
    """Each car that Alipay vouches for, and whether plug-and-charge is open for it."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], bool] = {}

    def handles(self) -> dict[str, Handle]:
        """alipay.commerce.transport.charger.pnc.*"""
        asked: dict[str, Handle] = {
            "certify": self._certify,
            "sync": self._sync,
            "query": self._query,
            "close": self._close,
        }
        return {f"alipay.commerce.transport.charger.pnc.{name}": handle for name, handle in asked.items()}

    def _certify(self, told: Told, _: str, __: str) -> dict[str, Any]:
        vin, open_id = self._car(told)
        return {"vin": vin, "open_id": open_id, "phone_number": "13800000000", "plate_no": "晋H00000"}

    def _sync(self, told: Told, _: str, __: str) -> dict[str, Any]:
        self.known[self._car(told)] = {"OPEN": True, "CLOSE": False}[told["status"]]
        return {}

    def _query(self, told: Told, _: str, __: str) -> dict[str, Any]:
        return {"status": self.known[self._car(told)]}

    def _close(self, told: Told, _: str, __: str) -> dict[str, Any]:
        self.known[self._car(told)] = False
        return {"status": True}

    def _car(self, told: Told) -> tuple[str, str]:
        car = (told["vin"], told["open_id"])
        if car not in self.known:
            raise Code("CAR_NOT_EXIST")
        return car
