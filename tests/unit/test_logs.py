import io
import logging

import pytest
import structlog

from finder.logs import clean, set_up_logs


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("call 13912345678 now", "13912345678"),
        ("plate 晋H12345 stood there", "晋H12345"),
        ("plate 晋HD12345 stood there", "晋HD12345"),
        ("vin LSVAA4182E2184847 plugged", "LSVAA4182E2184847"),
        ("Authorization: Bearer abcdefgh12345", "abcdefgh12345"),
        ("GET /v3/poi?key=s3cr3t&x=1", "s3cr3t"),
        ("redis://user:hunter2@127.0.0.1/0", "hunter2"),
    ],
)
def test_what_names_a_person_or_opens_a_door_is_taken_out(text: str, gone: str) -> None:
    assert gone not in clean(text)
    assert gone not in str(clean({"a": [{"b": text}]}))


def test_ordinary_words_stay() -> None:
    line = "station jinbei/1409020001 has 12 EVSEs, order 20161110123456789012345678"
    assert clean(line) == line


def test_a_secret_is_redacted_by_its_key_and_inside_a_traceback() -> None:
    set_up_logs("INFO", json=True)
    stream = io.StringIO()
    logging.getLogger().handlers[0].setStream(stream)  # type: ignore[attr-defined]
    log = structlog.get_logger("test")
    try:
        raise ValueError("phone 13912345678")
    except ValueError:
        log.exception("broke", sig_secret="0123456789abcdef")
    logging.getLogger("some.library").warning("token %s", "Bearer abcdefgh12345")
    written = stream.getvalue()
    assert "broke" in written
    for secret in ("13912345678", "0123456789abcdef", "abcdefgh12345"):
        assert secret not in written


def test_a_socket_that_opens_is_no_news_and_one_that_fails_is() -> None:
    set_up_logs(json=True)
    log = logging.getLogger("uvicorn.error")

    def told(level: int, text: str) -> bool:
        record = log.makeRecord(log.name, level, __file__, 1, text, ("127.0.0.1",), None)
        return bool(log.filter(record))

    assert not told(logging.INFO, '%s - "WebSocket /graphql" [accepted]')
    assert not log.filter(log.makeRecord(log.name, logging.INFO, __file__, 1, "connection open", (), None))
    assert log.filter(log.makeRecord(log.name, logging.ERROR, __file__, 1, "connection handler failed", (), None))
    assert log.filter(log.makeRecord(log.name, logging.INFO, __file__, 1, "Started server process", (), None))
