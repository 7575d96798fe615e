"""Secrets at rest: AES-256-GCM under keys that have names, so that a key can be changed."""

import base64
import binascii
import os
import re
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from finder.errors import SettingsError

KEY_BYTES = 32
KEY_FILE = "secret.key"
_NONCE = 12
_VERSION = b"\x01"
_KEY_ID = re.compile(r"[a-z0-9-]{1,16}")
log = structlog.get_logger(__name__)


class Vault:
    """Seals under the first key, opens under any. Neither keys nor contents are in its repr or its errors."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES or not _KEY_ID.fullmatch(name) for name, key in keys.items()):
            raise _bad_key()
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.current = next(iter(keys))

    def __repr__(self) -> str:
        return f"Vault({', '.join(self._ciphers)})"

    def seal(self, plain: bytes, place: str) -> bytes:
        """The plain text sealed for one place: what is copied to another row opens no more."""
        nonce = secrets.token_bytes(_NONCE)
        head = _VERSION + bytes([len(self.current)]) + self.current.encode()
        return head + nonce + self._ciphers[self.current].encrypt(nonce, plain, head + place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed for this place. Raises SettingsError where its key is not there, or it was changed."""
        name = key_of(sealed)
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise SettingsError(
                f"缺少密钥 {name!r}：请把它加入 FINDER_SECRET_KEY（旧密钥放在后面）",
                f"the key {name!r} is missing: add it to FINDER_SECRET_KEY, old keys last",
                code="SECRET_KEY_MISSING",
            )
        head = 2 + len(name)
        try:
            return cipher.decrypt(sealed[head : head + _NONCE], sealed[head + _NONCE :], sealed[:head] + place.encode())
        except (InvalidTag, ValueError):
            raise _damaged() from None


def key_of(sealed: bytes) -> str:
    """The name of the key under which this was sealed. Raises SettingsError."""
    name = sealed[2 : 2 + sealed[1]].decode("ascii", "replace") if len(sealed) > 2 else ""
    if sealed[:1] != _VERSION or not _KEY_ID.fullmatch(name):
        raise _damaged()
    return name


def read_vault(keys: SecretStr) -> Vault:
    """The vault of FINDER_SECRET_KEY: name:base64 of 32 bytes, several with commas, the newest first.

    Raises SettingsError.
    """
    read: dict[str, bytes] = {}
    for part in keys.get_secret_value().split(","):
        name, _, text = part.strip().partition(":")
        try:
            key = base64.b64decode(text, altchars=b"-_" if set(text) & set("-_") else None, validate=True)
        except (ValueError, binascii.Error):
            raise _bad_key() from None
        if name in read:
            raise _bad_key()
        read[name] = key
    return Vault(read)


def vault_in(folder: Path) -> Vault:
    """The vault whose key lies in this folder; made there at the first start, for its owner alone to read.

    Raises SettingsError where others can read it.
    """
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        text = f"local:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n"
        fresh = folder / f".{KEY_FILE}.{secrets.token_hex(8)}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        try:
            os.link(fresh, path)  # of two processes that start together, one makes it
            log.warning("secret_key_made", file=str(path), keep="it opens the operators' credentials: back it up")
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SettingsError(
            f"密钥文件 {path} 可被他人读取：请执行 chmod 600",
            f"the key file {path} can be read by others: chmod 600 it",
            code="SECRET_KEY_OPEN",
        )
    return read_vault(SecretStr(path.read_text().strip()))


def _bad_key() -> SettingsError:
    return SettingsError(
        "FINDER_SECRET_KEY 有误：应为 名称:32 字节的 base64，多个以逗号分隔，最新的在前（openssl rand -base64 32）",
        "FINDER_SECRET_KEY cannot be used: write name:base64 of 32 bytes, several with commas, the newest first "
        "(openssl rand -base64 32)",
        code="SECRET_KEY",
    )


def _damaged() -> SettingsError:
    return SettingsError(
        "密文已损坏或被移动，无法解密：请从备份恢复，或让运营商重新提交",
        "a sealed secret was damaged or moved and opens no more: restore it, or have the operator give it again",
        code="SECRET_DAMAGED",
    )
