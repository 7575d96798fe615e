"""When citizens' words on a bay are enough, how long they hold, and whose words count: pure, by published numbers."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import combinations

from finder.kernel.plates import Drive, Plate
from finder.live.model import Reading, Status
from finder.reports.model import BayReportKind, By, Record, Standing, Voice

TOGETHER = timedelta(minutes=45)  # two who saw it further apart may have seen two cars
WAITS = timedelta(minutes=60)  # for a second voice or the sensor
HOLDS = {
    BayReportKind.FUEL_CAR: timedelta(hours=2),
    BayReportKind.PARKED_NOT_CHARGING: timedelta(hours=1),
}  # after it was last seen
HOLDS_AT_MOST = timedelta(hours=12)  # however often it is seen

LATELY = timedelta(days=30)
CREDIT = 3  # unproven moves of a bay within LATELY, for whoever has charged; each report borne out is worth one more
TRUSTED_AFTER, TRUSTED_WITHIN = 5, timedelta(days=14)  # reports borne out, the first of them so long ago
TRUSTED_WRONG_PERCENT = 10
WEIGHTY = (Standing.KNOWN, Standing.TRUSTED)
DOUBTED_AFTER = 2  # more refuted than borne out
ALLIED_AFTER = 2  # bays that two moved together and that nothing else bore out: from then on they are one voice
REFUTED_WITHIN = timedelta(minutes=2)  # a car that charges so soon after was charging when it was 'seen' blocked
CONTRADICTED_WITHIN = timedelta(minutes=30)  # who says clear, and two see it blocked again so soon, was wrong


def standing(record: Record, now: datetime) -> Standing:
    """How far a person's word counts now."""
    excess = record.refuted - record.borne_out
    if excess >= DOUBTED_AFTER and record.last_refuted is not None and now - record.last_refuted <= LATELY:
        return Standing.DOUBTED
    proven = record.borne_out >= TRUSTED_AFTER and record.refuted * 100 <= TRUSTED_WRONG_PERCENT * record.borne_out
    if (
        record.charged
        and proven
        and record.first_borne_out is not None
        and now - record.first_borne_out >= TRUSTED_WITHIN
    ):
        return Standing.TRUSTED
    if excess >= DOUBTED_AFTER or not (record.charged or record.borne_out):
        return Standing.NEW
    credit = (CREDIT if record.charged else 0) + record.borne_out
    return Standing.KNOWN if record.unproven < credit else Standing.NEW


def sensed(reading: Reading) -> bool:
    """Whether the operator's own lock or parking sensor says now that a car stands there and does not charge."""
    return reading.last_seen is Status.BLOCKED and not reading.stale


def charged_since(reading: Reading, seen_at: datetime) -> bool:
    """Whether a car has charged there since."""
    return reading.last_seen is Status.CHARGING and reading.told_at is not None and reading.told_at > seen_at


def enough(voices: Sequence[Voice], *, sensor: bool, allied: Collection[frozenset[str]] = ()) -> frozenset[By]:
    """What bears out that the bay is blocked; empty where nothing does. `allied`: pairs of persons that are one voice.

    A voice counts with another one that saw it within TOGETHER, or with a sensor that says so now.
    """
    heard = [voice for voice in voices if voice.standing is not Standing.DOUBTED]
    if not heard:
        return frozenset()
    by = {By.SENSOR} if sensor else set()
    if any(voice.standing is Standing.TRUSTED for voice in heard):
        by.add(By.TRUSTED)
    if any(independent(one, other, allied) for one, other in combinations(heard, 2)):
        by.add(By.CITIZENS)
    return frozenset(by)


def deciding(voices: Sequence[Voice], by: Collection[By], allied: Collection[frozenset[str]]) -> frozenset[str]:
    """The reports without which there would be no confirmation; a sensor decides with the one that it found first."""
    found: set[str] = set()
    heard = [voice for voice in voices if voice.standing is not Standing.DOUBTED]
    if By.SENSOR in by and heard:
        found.add(min(heard, key=lambda voice: voice.report).report)
    if By.TRUSTED in by:
        found |= {voice.report for voice in heard if voice.standing is Standing.TRUSTED}
    for one, other in combinations(heard, 2):
        if independent(one, other, allied):
            found |= {one.report, other.report}
    return frozenset(found)


def independent(one: Voice, other: Voice, allied: Collection[frozenset[str]] = ()) -> bool:
    """Whether two voices of weight are two people's, as far as can be told."""
    return (
        one.person != other.person
        and one.standing in WEIGHTY
        and other.standing in WEIGHTY
        and abs(one.seen_at - other.seen_at) <= TOGETHER
        and not one.marks & other.marks
        and frozenset({one.person, other.person}) not in allied
    )


def holds_until(kind: BayReportKind, since: datetime, last_seen: datetime) -> datetime:
    """How long it is believed."""
    return min(last_seen + HOLDS[kind], since + HOLDS_AT_MOST)


def kind_by_plate(said: BayReportKind, plate: Plate | None) -> BayReportKind:
    """A green plate's car could be plugged in, whatever its reporter took it for. An ordinary plate proves nothing
    against him: electric cars of the years before 2018 have one."""
    if plate is not None and plate.drive in (Drive.ELECTRIC, Drive.PLUG_IN):
        return BayReportKind.PARKED_NOT_CHARGING
    return said
