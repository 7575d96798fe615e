"""What is asked of a charging operator's T/CEC 102 platform: catalogue, status, prices, energy, commands."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any

from finder.connectors.tcec102.caller import Caller

_MAX_PAGE = 1_000


class Tcec102Client(Caller):
    """One operator's platform. Every method raises OperatorUnavailable, OperatorRefused or OperatorLied."""

    async def station_pages(self, since: datetime | None) -> AsyncIterator[list[Any]]:
        """query_stations_info page by page: each a list of raw StationInfo under the standard's names."""
        profile = self.config.profile
        asked_since = "" if since is None else since.astimezone(profile.tz).strftime(profile.time_format)
        seen: set[str] = set()
        page_no, records, claims = 1, 0, set[int]()
        while True:
            body = {"LastQueryTime": asked_since, "PageNo": page_no, "PageSize": profile.page_size}
            answer = await self.call("query_stations_info", body)
            infos = answer.get("StationInfos") or []
            count, items = self.number(answer, "PageCount"), self.number(answer, "ItemSize")
            if not isinstance(infos, list) or len(infos) > _MAX_PAGE:
                raise self.lied("PAGE_FORM", f"第 {page_no} 页不是站点列表", f"page {page_no} is no list of stations")
            if self.number(answer, "PageNo", page_no) != page_no:
                raise self.lied("PAGE_OTHER", f"请求第 {page_no} 页却得到另一页", f"asked page {page_no}, got another")
            marks = {_mark(info) for info in infos}
            if marks and marks <= seen:
                raise self.lied(
                    "PAGE_REPEATED", f"第 {page_no} 页重复了前面的页", f"page {page_no} repeats earlier ones"
                )
            if not infos and page_no < count:
                raise self.lied(
                    "PAGE_EMPTY", f"第 {page_no} 页为空，却称共 {count} 页", f"page {page_no} of {count} is empty"
                )
            if profile.item_size == "page" and items != len(infos):
                raise self.lied(
                    "ITEM_COUNT", f"ItemSize {items} 与条数不符", f"ItemSize {items} is not the page's count"
                )
            seen |= marks
            records += len(infos)
            claims.add(items)
            yield infos
            if page_no >= count:
                break
            page_no += 1
            if page_no > profile.max_pages or records >= profile.max_stations:
                raise self.lied("PAGES_WITHOUT_END", f"目录超过 {page_no - 1} 页仍未结束", "the catalogue never ends")
        # Pages may shift while one reads, and then the claim moves too; one that stood still all along must be true.
        if profile.item_size == "total" and len(claims) == 1 and records not in claims:
            raise self.lied(
                "ITEM_COUNT",
                f"ItemSize 称共 {items} 条，实得 {records} 条",
                f"ItemSize claims {items} records, {records} came",
            )

    async def station_status(self, station_ids: Sequence[str]) -> list[Any]:
        """query_station_status of at most `status_batch` stations: a list of raw StationStatusInfo."""
        answer = await self.call("query_station_status", {"StationIDs": list(station_ids)})
        infos = answer.get("StationStatusInfos") or []
        if not isinstance(infos, list):
            raise self.lied("STATUS_FORM", "状态应答不是列表", "the status answer is no list")
        return infos

    async def policy(self, connector_id: str) -> dict[str, Any]:
        """query_equip_business_policy: prices by time of day."""
        body = {"EquipBizSeq": self.serial(), "ConnectorID": connector_id}
        return await self.call("query_equip_business_policy", body)

    async def auth(self, connector_id: str) -> dict[str, Any]:
        """query_equip_auth: whether the device is well and a car is plugged in."""
        return await self.call("query_equip_auth", {"EquipAuthSeq": self.serial(), "ConnectorID": connector_id})

    async def stats(self, station_id: str, first: date, last: date) -> dict[str, Any]:
        """query_station_stats: StationStats of a span of days, both ends included."""
        body = {"StationID": station_id, "StartTime": first.isoformat(), "EndTime": last.isoformat()}
        answer = await self.call("query_station_stats", body)
        stats = answer.get("StationStats", answer)
        if not isinstance(stats, dict):
            raise self.lied("STATS_FORM", "统计应答不是对象", "the statistics are no object")
        return stats

    async def charge_status(self, serial: str) -> dict[str, Any]:
        """query_equip_charge_status: how a session is."""
        return await self.call("query_equip_charge_status", {"StartChargeSeq": serial})

    async def start(self, serial: str, connector_id: str, qr: str) -> dict[str, Any]:
        """query_start_charge, sent once. Raises Unsure besides."""
        body = {"StartChargeSeq": serial, "ConnectorID": connector_id, "QRCode": qr}
        return await self.command("query_start_charge", body)

    async def stop(self, serial: str, connector_id: str) -> dict[str, Any]:
        """query_stop_charge, sent once. Raises Unsure besides."""
        return await self.command("query_stop_charge", {"StartChargeSeq": serial, "ConnectorID": connector_id})

    async def check_orders(self, body: dict[str, Any]) -> dict[str, Any]:
        """check_charge_orders: what of a day's list the operator disputes."""
        return await self.call("check_charge_orders", body)


def _mark(info: object) -> str:
    """What makes a record the same one: its id, else all of it."""
    return str(info.get("StationID")) if isinstance(info, dict) and info.get("StationID") else repr(info)
