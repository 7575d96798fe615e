"""Errors as callers see them: a code, whether to retry, a sentence in their language; never a surprise's text."""

import asyncio
import re
import uuid
from collections.abc import Iterable
from typing import Any

import structlog
from graphql import GraphQLError

from finder.errors import FinderError, Unavailable

log = structlog.get_logger(__name__)

DEFAULT_LANGUAGE = "zh"
_TAG = re.compile(r"\s*(?:(zh|en)(?:-[\w-]+)?|\*)\s*(?:;\s*q=(\d(?:\.\d{1,3})?))?\s*$", re.IGNORECASE)


class TimedOut(Unavailable):
    """The operation took longer than it may."""

    default_code = "TIMEOUT"


def timed_out(limit_s: float) -> TimedOut:
    """The error of an operation that ran into the limit."""
    return TimedOut(
        f"查询超过 {limit_s:g} 秒，请缩小范围后重试", f"the query took over {limit_s:g} s: narrow it and try again"
    )


def language_of(accept_language: str | None) -> str:
    """'zh' or 'en', whichever an Accept-Language header prefers; Chinese where it names neither."""
    best, language = 0.0, DEFAULT_LANGUAGE
    for part in (accept_language or "")[:256].split(","):
        match = _TAG.match(part)
        if match and match[1] and (quality := float(match[2] or 1)) > best:
            best, language = quality, match[1].lower()
    return language


def shown(error: Exception, language: str) -> dict[str, Any]:
    """One entry of `errors`, by GraphQL's form. What was not raised on purpose is logged and shown by an id only."""
    form: dict[str, Any] = {}
    cause: BaseException | None = error
    if isinstance(error, GraphQLError):
        if error.locations:
            form["locations"] = [location.formatted for location in error.locations]
        if error.path is not None:
            form["path"] = error.path
        innermost = error
        while isinstance(innermost.original_error, GraphQLError):  # graphql-core wraps its own
            innermost = innermost.original_error
        cause = innermost.original_error
        if cause is None and error.path is not None and not innermost.nodes:
            cause = innermost  # no place in the query is at fault: a resolver gave what its type cannot show
    code, retryable = "BAD_INPUT", False
    if isinstance(cause, FinderError):
        message, code, retryable = cause.text(language), cause.code, cause.retryable
    elif isinstance(cause, TimeoutError | asyncio.CancelledError):
        message, code, retryable = timed_out(10).text(language), TimedOut.default_code, True
    elif cause is None:
        # graphql-core's own words, which name the place in the query, are in English only.
        words = str(getattr(error, "message", error))
        message = f"查询无法执行：{words}" if language == "zh" else words
    else:
        request_id = uuid.uuid4().hex[:12]
        log.error("unexpected error in a query", request_id=request_id, path=form.get("path"), exc_info=cause)
        code = "INTERNAL"
        message = (
            f"服务器内部错误，编号 {request_id}，请稍后再试"
            if language == "zh"
            else f"an internal error, number {request_id}: try again later"
        )
        form["extensions"] = {"requestId": request_id}
    extensions = {"code": code, "retryable": retryable, **form.pop("extensions", {})}
    return {"message": message, **form, "extensions": extensions}


def all_shown(errors: Iterable[Exception], language: str) -> list[dict[str, Any]]:
    """The `errors` entry of an answer."""
    return [shown(error, language) for error in errors]
