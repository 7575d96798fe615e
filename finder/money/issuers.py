"""Who issues whose invoices: a file of issuers, and which operator's supply each of them issues.

[issuers.yanmen]
url = "https://invoices.example.com/api"   key = "…"     # its public key: base64 of 32 bytes
[operators.jinbei]
supply = "yanmen"   parking = "lot"                      # whoever issues parking, where that is somebody else
[platform]
commission = "ours"                                      # our own commission, to operators

Our private key for each comes from the environment alone: FINDER_ISSUER_<NAME>_KEY, base64 of 32 bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from finder.errors import SettingsError
from finder.kernel.clock import Clock
from finder.money.invoice import Part
from finder.money.issuer import InvoiceIssuer, SignedIssuer
from finder.money.signed import Peer, read_peer, secret_name
from finder.stations.model import SourceId


@dataclass(frozen=True, slots=True)
class Issuers:
    """Issuers by name, and which one issues what."""

    known: Mapping[str, InvoiceIssuer] = field(default_factory=dict)
    supply: Mapping[SourceId, str] = field(default_factory=dict)
    parking: Mapping[SourceId, str] = field(default_factory=dict)  # where somebody else issues it
    commission: str | None = None

    def of(self, operator: SourceId, part: Part) -> str | None:
        """The name of who issues this part of an operator's orders; None where nobody does."""
        if part is Part.COMMISSION:
            return self.commission
        own = self.supply.get(operator)
        return self.parking.get(operator, own) if part is Part.PARKING else own

    async def close(self) -> None:
        """Lets go of connections."""
        for issuer in self.known.values():
            await issuer.close()


class _Issuer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str
    key: str


class _Operator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    supply: str
    parking: str | None = None


class _Platform(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    commission: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    issuers: dict[str, _Issuer] = {}
    operators: dict[str, _Operator] = {}
    platform: _Platform = _Platform()


def load_issuers(path: Path | None, env: Mapping[str, str], clock: Clock) -> Issuers:
    """The issuers of this file; none where there is no file. Raises SettingsError."""
    if path is None:
        return Issuers()
    try:
        told = msgspec.toml.decode(path.read_bytes(), type=_File)
        known = {name: SignedIssuer(_peer(name, each, env), clock) for name, each in told.issuers.items()}
    except (OSError, ValueError) as bad:  # msgspec's errors are ValueErrors; none of them carries a secret
        raise _unusable(path, f"{bad}") from None
    supply = {who: each.supply for who, each in told.operators.items()}
    parking = {who: each.parking for who, each in told.operators.items() if each.parking is not None}
    named = {*supply.values(), *parking.values(), *([told.platform.commission] if told.platform.commission else [])}
    if strange := named - known.keys():
        raise _unusable(path, f"no [issuers.{min(strange)}]")
    return Issuers(known, supply, parking, told.platform.commission)


def _peer(name: str, told: _Issuer, env: Mapping[str, str]) -> Peer:
    return read_peer(name, told.url, told.key, env.get(secret_name("ISSUER", name), ""))


def _unusable(path: Path, why: str) -> SettingsError:
    return SettingsError(
        f"发票文件 {path} 无法使用：{why}", f"the file of invoice issuers {path} cannot be used: {why}"
    )
