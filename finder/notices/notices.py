"""What one process has of notices."""

from dataclasses import dataclass

from finder.notices.follow import Following
from finder.notices.phones import Phones
from finder.notices.push_key import PushKey
from finder.notices.watches import Watches


@dataclass(frozen=True, slots=True)
class Notices:
    """Watches, the phones that ring, the key by which push services know us, and open applications."""

    watches: Watches
    phones: Phones
    key: PushKey
    following: Following
