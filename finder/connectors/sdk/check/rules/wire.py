"""Rules about the wire itself: signatures, tokens, encodings, return codes, speed."""

import re
from collections.abc import Callable, Iterator

from finder.connectors.sdk.check.evidence import Evidence
from finder.connectors.sdk.check.rule import (
    ANYTHING,
    SIGNED,
    WIRE,
    Found,
    Rule,
    Severity,
    Text,
    found,
    together,
    troubles,
)
from finder.connectors.sdk.exchanges import Exchange, Opened, Signature

SLOW_SHARE = 0.5  # of the time that one answer may take; beyond it a busy hour would break it
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\b", re.IGNORECASE)
_TOLD = {  # troubles that other rules name better
    "PAGE_REPEATED",
    "PAGE_EMPTY",
    "PAGE_OTHER",
    "ITEM_COUNT",
    "PAGES_WITHOUT_END",
    "OPERATOR_TIMEOUT",
    "SIGNATURE",
    "NOT_JSON",
    "ANSWER_UNREADABLE",
    "CONNECTOR_FAULT",
}


def _messages(evidence: Evidence) -> Iterator[tuple[str, Opened]]:
    yield from ((exchange.opened.interface, exchange.opened) for exchange in evidence.exchanges)
    yield from ((f"← {push.opened.interface}", push.opened) for push in evidence.pushes)


def _each(test: Callable[[Opened], bool], zh: str, en: str) -> Callable[[Evidence], Iterator[Found]]:
    def find(evidence: Evidence) -> Iterator[Found]:
        for interface, opened in _messages(evidence):
            if test(opened):
                yield found(interface, zh, en)

    return find


def _wrong_signature(evidence: Evidence) -> Iterator[Found]:
    return _each(
        lambda opened: opened.signature is Signature.WRONG, "签名与内容不符", "the signature does not fit the message"
    )(evidence)


def _unless(
    test: Callable[[Opened], bool], find: Callable[[Evidence], Iterator[Found]]
) -> Callable[[Evidence], Iterator[Found]]:
    """Leaves to a rule that knows the reason what would otherwise be told twice."""

    def found_else(evidence: Evidence) -> Iterator[Found]:
        if not any(test(opened) for _, opened in _messages(evidence)):
            yield from find(evidence)

    return found_else


def _other_text(opened: Opened) -> bool:
    return opened.signature is Signature.OTHER_TEXT


def _not_utf8(opened: Opened) -> bool:
    return opened.broken == "NOT_UTF8"


def _slow(evidence: Evidence) -> Iterator[Found]:
    limit = min(evidence.caution.read_s, evidence.caution.total_s) * 1000
    for exchange in evidence.exchanges:
        if exchange.took_ms > limit * SLOW_SHARE:
            took = f"{exchange.took_ms:.0f} ms"
            zh, en = f"用时 {took}，上限 {limit:.0f} ms", f"took {took}; the limit is {limit:.0f} ms"
            yield found(exchange.opened.interface, zh, en)


def _content_type(evidence: Evidence) -> Iterator[Found]:
    for exchange in evidence.exchanges:
        said = exchange.headers.get("content-type", "")
        if exchange.status == 200 and exchange.opened.told is not None and not _JSON.match(said):
            yield found(exchange.opened.interface, f"Content-Type 为 {said!r}", f"the Content-Type is {said!r}")


def _token_lies(evidence: Evidence) -> Iterator[Found]:
    given: Exchange | None = None
    for exchange in evidence.exchanges:
        if exchange.opened.token_s is not None:
            given = exchange
        elif exchange.opened.token_refused and given is not None and given.opened.token_s is not None:
            age = (exchange.at - given.at).total_seconds()
            if age < given.opened.token_s:
                told = f"{given.opened.token_s:.0f}"
                zh = f"称有效 {told} 秒，{age:.0f} 秒后即被拒绝"
                yield found(exchange.opened.interface, zh, f"said to hold {told} s, refused after {age:.0f} s")


def _broken(evidence: Evidence) -> Iterator[Found]:
    for interface, opened in _messages(evidence):
        if opened.broken is not None and opened.broken != "NOT_UTF8":
            yield found(interface, f"无法读取：{opened.broken}", f"cannot be read: {opened.broken}")


def _other_troubles(evidence: Evidence) -> Iterator[Found]:
    for trouble in evidence.troubles:
        if trouble.code not in _TOLD:
            yield found(trouble.step, f"{trouble.code}：{trouble.zh}", f"{trouble.code}: {trouble.en}")


RULES = (
    Rule(
        "SIGNATURE_WRONG",
        Severity.ERROR,
        Text("签名错误", "wrong signature"),
        Text(
            "核对 SigSecret；待签文本为 Ret+Msg+Data（应答）或 OperatorID+Data+TimeStamp+Seq（请求），无分隔符",
            "check SigSecret; the text is Ret+Msg+Data of an answer, OperatorID+Data+TimeStamp+Seq of a request",
        ),
        SIGNED,
        together(_wrong_signature, _unless(_other_text, troubles("SIGNATURE"))),
    ),
    Rule(
        "SIGNATURE_OTHER_TEXT",
        Severity.ERROR,
        Text("签名的密钥正确，但签错了文本", "the signature has the right key over the wrong text"),
        Text(
            "对密文签名，不是明文；字段按协议顺序直接拼接", "sign the ciphertext, fields joined in the protocol's order"
        ),
        SIGNED,
        _each(_other_text, "签名文本不同", "made over another text"),
    ),
    Rule(
        "SIGNATURE_CASE",
        Severity.WARNING,
        Text("签名使用了小写字母", "the signature is in lower case"),
        Text("Sig 使用大写十六进制", "write Sig in upper-case hexadecimal"),
        SIGNED,
        _each(lambda opened: opened.signature is Signature.OTHER_CASE, "Sig 为小写", "Sig is in lower case"),
    ),
    Rule(
        "TOKEN_LIES",
        Severity.WARNING,
        Text("令牌在所称的有效期内被拒绝", "a token is refused within the lifetime that was told"),
        Text(
            "按 TokenAvailableTime 保留令牌；多实例须共享令牌", "keep tokens for TokenAvailableTime, on every instance"
        ),
        WIRE,
        _token_lies,
    ),
    Rule(
        "NOT_UTF8",
        Severity.ERROR,
        Text("报文不是 UTF-8", "a message is not UTF-8"),
        Text("全部报文改用 UTF-8 编码（不是 GBK）", "encode every message as UTF-8, not GBK"),
        WIRE,
        _each(_not_utf8, "不是 UTF-8", "is not UTF-8"),
    ),
    Rule(
        "ANSWER_UNREADABLE",
        Severity.ERROR,
        Text("报文无法读取", "a message cannot be read"),
        Text("应答须为完整的 JSON，并按协议加密", "answer whole JSON, encrypted as the protocol says"),
        WIRE,
        together(_broken, _unless(_not_utf8, troubles("NOT_JSON", "ANSWER_UNREADABLE"))),
    ),
    Rule(
        "CONTENT_TYPE",
        Severity.WARNING,
        Text("Content-Type 不是 JSON", "the Content-Type is not JSON's"),
        Text("应答头改为 application/json; charset=utf-8", "send application/json; charset=utf-8"),
        WIRE,
        _content_type,
    ),
    Rule(
        "TOO_SLOW",
        Severity.WARNING,
        Text("应答过慢", "answers are too slow"),
        Text("目录与状态分页、加缓存；单次应答应在上限的一半以内", "page and cache: stay within half of the limit"),
        WIRE,
        together(troubles("OPERATOR_TIMEOUT"), _slow),
    ),
    Rule(
        "STEP_FAILED",
        Severity.ERROR,
        Text("请求失败", "a request failed"),
        Text("见所附错误；先修复此项，再看其余结果", "see the error; mend it first, then look at the rest"),
        ANYTHING,
        _other_troubles,
    ),
    Rule(
        "CONNECTOR_FAULT",
        Severity.ERROR,
        Text("连接器自身出错", "the connector itself failed"),
        Text(
            "连接器只可抛出 OperatorError；把外来的异常在边缘映射一次",
            "a connector raises OperatorError only: map foreign errors once, at the edge",
        ),
        ANYTHING,
        troubles("CONNECTOR_FAULT"),
    ),
)
