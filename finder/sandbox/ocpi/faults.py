"""What a practice OCPI operator does wrong, each thing seen in the field and switched on by itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OcpiFaults:
    """All off by default."""

    page_shift: bool = False  # the first object goes away while its list is read
    repeated_link: bool = False  # every Link leads to the same page
    foreign_link: bool = False  # every Link leads to another host
    never_answers: bool = False  # a command is accepted, and no result ever comes, nor a session
    stays_pending: bool = False  # a session is made that never becomes ACTIVE
    timeout_then_starts: bool = False  # the result is TIMEOUT, and the session begins all the same
    evse_occupied: bool = False  # the result is EVSE_OCCUPIED
    silent_sessions: bool = False  # sessions are not pushed, only listed
    cdr_differs: bool = False  # the CDR is sent again under its number with another total
    refuses_credentials: bool = False  # cannot use a partner's API, it says (3001)
    unavailable_credentials: bool = False  # credentials are HTTP 503, and nobody knows whether they were taken
    no_tariffs: bool = False  # the list of tariffs is HTTP 503
    tells_tokens: bool = False  # refuses, and repeats the caller's token in its words
    unavailable: bool = False  # every answer is HTTP 503
    raw_tokens: bool = False  # sends its tokens without base64
