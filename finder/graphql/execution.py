"""Runs an operation, compiled or by graphql-core; bounded in time, counted, its errors fit to show."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, NamedTuple

import orjson
from graphql import ExecutionResult, GraphQLSchema, OperationType, execute, subscribe
from graphql.error import located_error
from strawberry import Schema

from finder.errors import BadInput, FinderError
from finder.graphql.documents import Documents, Operation, Refused
from finder.graphql.limits import Limits
from finder.graphql.moment import Context
from finder.graphql.ports import Gateway
from finder.graphql.program import Programs
from finder.graphql.trouble import all_shown, timed_out
from finder.identity.asker import NOBODY, Asker
from finder.kernel.waiting import within
from finder.live.lately import Lately

TIMEOUT_S = 10.0


class Asked(NamedTuple):
    """The parameters of a GraphQL request."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] | None = None


class Answer(NamedTuple):
    """A response as JSON. `ran` is False where nothing was executed: the request itself was at fault."""

    body: bytes
    ran: bool = True
    error: FinderError | None = None


def as_asked(given: Any) -> Asked:
    """Reads the parameters out of decoded JSON. Raises BadInput."""
    if not isinstance(given, dict):
        raise _bad_parameter("JSON", "对象", "an object")
    query, name = given.get("query"), given.get("operationName")
    variables, extensions = given.get("variables"), given.get("extensions")
    if not isinstance(query, str) or not query:
        raise _bad_parameter("query", "非空字符串", "a string that is not empty")
    if name is not None and not isinstance(name, str):
        raise _bad_parameter("operationName", "字符串", "a string")
    if variables is not None and not isinstance(variables, dict):
        raise _bad_parameter("variables", "对象", "an object")
    if extensions is not None and not isinstance(extensions, dict):
        raise _bad_parameter("extensions", "对象", "an object")
    return Asked(query, name or None, variables)


def _bad_parameter(name: str, zh: str, en: str) -> BadInput:
    return BadInput(f"参数 {name} 应为{zh}", f"the parameter {name} must be {en}", code="BAD_REQUEST")


def _default(value: object) -> object:
    raise TypeError(f"{type(value).__name__} is not JSON")


def to_json(answer: Any) -> bytes:
    """Any answer as bytes."""
    return orjson.dumps(answer, default=_default)


class Executor:
    """The gateway's engine, below every transport."""

    def __init__(
        self,
        schema: Schema,
        gateway: Gateway,
        limits: Limits | None = None,
        timeout_s: float = TIMEOUT_S,
        *,
        compiling: bool = True,
    ) -> None:
        self.schema: GraphQLSchema = schema._schema  # graphql-core's own, which strawberry builds
        self.compiling = compiling
        self._lately = gateway.lately or Lately(gateway.board)
        self._programs = Programs(schema, self.schema)
        self.gateway = gateway
        self.documents = Documents(self.schema, limits or Limits())
        self.timeout_s = timeout_s

    def prepare(self, asked: Asked) -> Operation:
        """The operation that is asked for. Raises Refused or BadInput."""
        return self.documents.operation(asked.query, asked.operation_name)

    def refuse(self, errors: Refused | FinderError, language: str) -> Answer:
        """The answer to a request that is not run."""
        listed = errors.errors if isinstance(errors, Refused) else [errors]
        error = errors if isinstance(errors, FinderError) else None
        return Answer(to_json({"errors": all_shown(listed, language)}), ran=False, error=error)

    async def answer(self, operation: Operation, asked: Asked, language: str, asker: Asker = NOBODY) -> Answer:
        """Runs a query or mutation to its end."""
        began, outcome, compiled = time.perf_counter(), "ok", False
        context = Context(self.gateway, self._lately, language, operation.size.fields, asker)
        try:
            result, compiled = await within(self.timeout_s, self._run(operation, context, asked, language))
            if isinstance(result, bytes):
                return Answer(result)
            body, outcome = self._formed(result, language)
            return Answer(body, ran=not (result.errors and result.data is None and not _located(result)))
        except TimeoutError:
            outcome = "TIMEOUT"
            return self.refuse(timed_out(self.timeout_s), language)
        finally:
            self._count(operation, outcome, time.perf_counter() - began, compiled=compiled)

    async def _run(
        self, operation: Operation, context: Context, asked: Asked, language: str
    ) -> tuple[bytes | ExecutionResult, bool]:
        """The answer, and whether it is a compiled one."""
        if self.compiling:
            result = await self._programs.run(operation, context, asked.variables)
            if result is not None:
                return result, True
        return await self._interpret(operation, asked, language, context.asker), False

    async def _interpret(
        self, operation: Operation, asked: Asked, language: str, asker: Asker = NOBODY
    ) -> ExecutionResult:
        """By graphql-core, which runs everything and is the compiler's judge."""
        result = execute(
            self.schema,
            operation.document,
            context_value=Context(self.gateway, self._lately, language, operation.size.fields, asker),
            variable_values=asked.variables,
            operation_name=operation.name,
        )
        return result if isinstance(result, ExecutionResult) else await result

    async def follow(
        self, operation: Operation, asked: Asked, language: str, asker: Asker = NOBODY
    ) -> AsyncGenerator[bytes, None]:
        """A subscription's answers, each a response as JSON; a query gives its one."""
        if operation.kind is not OperationType.SUBSCRIPTION:
            yield (await self.answer(operation, asked, language, asker)).body
            return
        began, outcome = time.perf_counter(), "ok"
        context = Context(self.gateway, self._lately, language, operation.size.fields, asker)
        try:
            async with asyncio.timeout(self.timeout_s):
                stream = subscribe(
                    self.schema,
                    operation.document,
                    context_value=context,
                    variable_values=asked.variables,
                    operation_name=operation.name,
                )
                if not isinstance(stream, ExecutionResult | AsyncIterator):
                    stream = await stream
            if isinstance(stream, ExecutionResult):
                body, outcome = self._formed(stream, language)
                yield body
                return
            try:
                async for result in stream:
                    body, outcome = self._formed(result, language)
                    yield body
            except Exception as fault:  # the stream has begun: what went wrong is its last answer
                body, outcome = self._formed(ExecutionResult(None, [located_error(fault)]), language)
                yield body
            finally:
                close = getattr(stream, "aclose", None)
                if close is not None:
                    await close()
        finally:
            self._count(operation, outcome, time.perf_counter() - began)

    def _formed(self, result: ExecutionResult, language: str) -> tuple[bytes, str]:
        if not result.errors:
            return to_json({"data": result.data}), "ok"
        errors = all_shown(result.errors, language)
        outcome: str = errors[0]["extensions"]["code"]
        if result.data is None and not _located(result):
            return to_json({"errors": errors}), outcome
        return to_json({"errors": errors, "data": result.data}), outcome

    def _count(self, operation: Operation, outcome: str, taken_s: float, *, compiled: bool = False) -> None:
        if self.gateway.metrics is not None:
            self.gateway.metrics.operation(
                name=operation.root, kind=operation.kind.value, outcome=outcome, compiled=compiled, seconds=taken_s
            )


def _located(result: ExecutionResult) -> bool:
    """Whether an error has a path: then fields ran, and data is part of the answer even where it is null."""
    return any(error.path is not None for error in result.errors or ())
