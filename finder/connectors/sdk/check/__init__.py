"""The conformance kit: asks a connector for everything it can do, and says what is wrong and how to mend it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from finder.connectors.sdk.check.evidence import Hints
from finder.connectors.sdk.check.judge import Report, judge
from finder.connectors.sdk.check.probe import Build, Plan, Probe, Say, nothing
from finder.connectors.sdk.kinds import ConnectorKind, Workbench, no_secrets
from finder.connectors.sdk.ports import OperatorConnector
from finder.kernel.clock import Clock, system_clock

__all__ = ["Hints", "Plan", "Report", "check", "check_built", "check_kind"]


async def check(
    connector: OperatorConnector,
    *,
    plan: Plan | None = None,
    hints: Hints | None = None,
    say: Say = nothing,
    clock: Clock = system_clock,
) -> Report:
    """The report on a connector that is there already, which stays open.

    Its wire and its desk are its own, so the rules about messages, sessions and bills are not judged; `check_built`
    judges them. Never raises for what the operator or the connector does wrong: that is in the report.
    """
    probe = Probe(lambda _: connector, Workbench(clock=clock), hints=hints, say=say)
    return judge(await probe.run(plan or Plan()))


async def check_built(
    build: Build, bench: Workbench, *, plan: Plan | None = None, hints: Hints | None = None, say: Say = nothing
) -> Report:
    """The report on a connector built on the kit's own bench, wire and desk included. Raises what `build` does."""
    probe = Probe(build, bench, hints=hints, say=say)
    try:
        return judge(await probe.run(plan or Plan()))
    finally:
        await probe.close()


async def check_kind(
    kind: ConnectorKind,
    entry: Mapping[str, Any],
    secrets: Mapping[str, str],
    *,
    plan: Plan | None = None,
    hints: Hints | None = None,
) -> Report:
    """The report on an operator as the operators' file would list it, without `protocol`: for a connector's own tests.

    Raises SettingsError, BadInput or ValueError for an entry that cannot be used.
    """

    def secret(name: str) -> str:
        return secrets[name] if name in secrets else no_secrets(name)

    config = msgspec.convert(dict(entry), kind.config)
    return await check_built(lambda bench: kind.build(config, bench), Workbench(secret), plan=plan, hints=hints)
