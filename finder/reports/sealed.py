"""A reported plate, as it lies in the database: sealed for its report's row, found by a keyed hash."""

from finder.identity.store import Store
from finder.reports.tables import REPORT


def seal_plate(store: Store, plate: str, report: str) -> bytes:
    """The plate, for the row of this report alone. Only after the store is made."""
    return store.seal(plate, REPORT.c.plate, report)


def open_plate(store: Store, sealed: bytes, report: str) -> str:
    """The plate again, for whoever decides its case. Raises SettingsError."""
    return store.open(sealed, REPORT.c.plate, report)
