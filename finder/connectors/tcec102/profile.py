"""An operator's dialect of T/CEC 102 as data: casing, datum, zone, page sizes, other names."""

import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from finder.connectors.tcec102.wire import RET_BUSINESS, BadEnvelope
from finder.errors import SettingsError

MAX_DEPTH = 16

# The standard's own spelling, by lower-case name: bodies arrive in PascalCase, camelCase and mixtures.
_NAMES = """
OperatorID EquipmentID EquipmentOwnerID EquipmentType EquipmentModel EquipmentName EquipmentPower EquipmentInfos
ManufacturerID ManufacturerName ProductionDate ConstructionTime EquipmentLng EquipmentLat
StationID StationName StationType StationStatus StationTel StationLng StationLat StationInfos StationInfo
StationUniqueID StationClassification ServiceTel ParkNums ParkNo SiteGuide Construction Pictures MatchCars ParkInfo
BusineHours ElectricityFee ServiceFee ParkFee Payment SupportOrder Remark CountryCode AreaCode AreaCodeCountryside
Address ParkType ConnectorID ConnectorName ConnectorType ConnectorInfos ConnectorUniqueID VoltageUpperLimits
VoltageLowerLimits Current Power NationalStandard Status ParkStatus LockStatus ConnectorStatusInfo
ConnectorStatusInfos StationStatusInfos StationIDs Total LastQueryTime PageNo PageSize PageCount ItemSize
OperatorSecret SuccStat AccessToken TokenAvailableTime FailReason EquipBizSeq SumPeriod PolicyInfos StartTime
ElecPrice SevicePrice EndTime StationStats StationElectricity EquipmentStatsInfos EquipmentElectricity
ConnectorStatsInfos ConnectorElectricity EquipAuthSeq StartChargeSeq StartChargeSeqStat QRCode IdentCode
ConnectorStatus CurrentA CurrentB CurrentC VoltageA VoltageB VoltageC Soc TotalPower ElecMoney SeviceMoney TotalMoney
TotalElecMoney TotalSeviceMoney StopReason ChargeDetails DetailStartTime DetailEndTime DetailPower DetailElecMoney
DetailSeviceMoney ConfirmResult CheckOrderSeq OrderCount TotalOrderPower TotalOrderMoney ChargeOrders
TotalDisputeOrder TotalDisputePower TotalDisputeMoney DisputeOrders DisputeReason ChargeFeeDetail SwapFee PositionNum
RatedCapacity VIN ContractID LimitMoney ValidUntil
"""
_STANDARD = {name.lower(): name for name in _NAMES.split()}
# 'ServicePrice' is how most spell what the standard writes 'SevicePrice'; 'ServiceFee' is the standard's own.
_STANDARD |= {n.lower().replace("sevice", "service"): n for n in _NAMES.split() if "Sevice" in n}


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one platform does in its own way; the defaults are T/CEC 102-2016 itself."""

    version: str = "v20161110"
    casing: Literal["pascal", "camel"] = "pascal"  # of what we send
    datum: Literal["GCJ02", "WGS84"] = "GCJ02"
    zone: str = "Asia/Shanghai"
    page_size: int = 10
    status_batch: int = 50
    item_size: Literal["total", "page", "any"] = "total"  # what ItemSize counts; 'any' believes nothing
    encrypted_answers: bool = True
    time_format: str = "%Y-%m-%d %H:%M:%S"
    names: dict[str, str] = {}  # their name, in any case, to the standard's
    statuses: dict[str, str] = {}  # connector Status beyond the standard's to ours
    policies: bool = False  # whether query_equip_business_policy is served
    charging: bool = True  # whether charging can be started, watched and stopped through it
    vin_interface: str = "query_equip_auth"  # under which the operator asks us for a car that was plugged in
    vin_reasons: dict[str, int] = {}  # FailReason by our Permission, where the operator has numbers of its own
    max_pages: int = 5_000
    max_stations: int = 100_000

    def __post_init__(self) -> None:
        if not (1 <= self.page_size <= 1000 and 1 <= self.status_batch <= 50 and self.max_pages >= 1):
            raise ValueError("page_size must be 1 to 1000, status_batch 1 to 50, max_pages at least 1")
        ZoneInfo(self.zone)

    @property
    def tz(self) -> ZoneInfo:
        """The zone of every time that the platform writes without one."""
        return ZoneInfo(self.zone)

    def read(self, body: Any, depth: int = 0) -> Any:
        """The body with the standard's names, whatever the platform's casing. Unknown names stay.

        Raises BadEnvelope (4004) for more than 16 levels.
        """
        if depth > MAX_DEPTH:
            raise BadEnvelope(RET_BUSINESS, "报文嵌套过深", "the message is nested too deeply", code="TOO_DEEP")
        if isinstance(body, dict):
            return {self._standard(str(key)): self.read(value, depth + 1) for key, value in body.items()}
        if isinstance(body, list):
            return [self.read(item, depth + 1) for item in body]
        return body

    def write(self, body: Any) -> Any:
        """The body as this platform wants it spelled, whatever is in it."""
        if isinstance(body, dict):
            return {self._theirs(key): self.write(value) for key, value in body.items()}
        return [self.write(item) for item in body] if isinstance(body, list) else body

    def _theirs(self, key: str) -> str:
        own = next((name for name, ours in self.names.items() if ours == key), None)
        return own or (camel(key) if self.casing == "camel" else key)

    def _standard(self, key: str) -> str:
        low = key.lower()
        theirs = next((ours for name, ours in self.names.items() if name.lower() == low), None)
        return theirs or _STANDARD.get(low, key)


def camel(name: str) -> str:
    """stationId from StationID, pageNo from PageNo."""
    head = name.replace("IDs", "Ids").replace("ID", "Id")
    return head[:1].lower() + head[1:]


def profile_from_toml(path: Path) -> Profile:
    """Reads a profile file. Raises SettingsError."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Profile)
    except (OSError, ValueError, KeyError, msgspec.ValidationError) as bad:
        raise SettingsError(f"协议方言文件无法使用：{path}：{bad}", f"cannot use the profile {path}: {bad}") from bad
