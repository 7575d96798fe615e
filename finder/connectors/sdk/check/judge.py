"""Holds the evidence against the rules: a report that says what is wrong, what is right and what was not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from finder.connectors.sdk.check.evidence import Evidence
from finder.connectors.sdk.check.rule import Found, Rule, Severity, Text
from finder.connectors.sdk.check.rules import RULES

_UNFIT = Text("所见数据无法判断，先改正其他问题", "what was seen cannot be judged: mend the rest first")
MAX_PLACES = 50  # of one rule; beyond it the count says enough


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken: where, at most MAX_PLACES of them, and how often in all."""

    rule: Rule
    places: Sequence[Found]
    count: int

    def to_builtins(self) -> dict[str, Any]:
        """For machines."""
        rule = self.rule
        return {
            "code": rule.code,
            "severity": rule.severity.value,
            "what": rule.what._asdict(),
            "mend": rule.mend._asdict(),
            "count": self.count,
            "places": [{"subject": each.subject, **each.seen._asdict()} for each in self.places],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What the kit says of one connector."""

    source: str
    name: str
    capabilities: Sequence[str]
    stations: int
    evses: int
    findings: Sequence[Finding]
    kept: Sequence[str]  # codes of rules that hold
    unseen: Sequence[tuple[str, Text]]  # codes of rules that could not be judged, and what they need

    def of(self, severity: Severity) -> list[Finding]:
        """The findings of one severity."""
        return [finding for finding in self.findings if finding.rule.severity is severity]

    @property
    def codes(self) -> set[str]:
        """Of every rule that is broken."""
        return {finding.rule.code for finding in self.findings}

    def exit_status(self, *, strict: bool = False) -> int:
        """1 where there is an error, or with `strict` a warning; else 0."""
        return int(bool(self.of(Severity.ERROR) or (strict and self.of(Severity.WARNING))))

    def to_builtins(self) -> dict[str, Any]:
        """For machines."""
        return {
            "source": self.source,
            "name": self.name,
            "capabilities": list(self.capabilities),
            "stations": self.stations,
            "evses": self.evses,
            "errors": len(self.of(Severity.ERROR)),
            "warnings": len(self.of(Severity.WARNING)),
            "hints": len(self.of(Severity.HINT)),
            "findings": [finding.to_builtins() for finding in self.findings],
            "kept": list(self.kept),
            "unseen": [{"code": code, "needs": needs._asdict()} for code, needs in self.unseen],
        }


def judge(evidence: Evidence, rules: Sequence[Rule] = RULES) -> Report:
    """Every rule, errors first."""
    findings: list[Finding] = []
    kept: list[str] = []
    unseen: list[tuple[str, Text]] = []
    for rule in rules:
        if not rule.need.met(evidence):
            unseen.append((rule.code, rule.need.lacking(evidence)))
            continue
        try:
            places = list(dict.fromkeys(rule.find(evidence)))
        except (TypeError, ValueError, ArithmeticError):  # a connector may yield what no type allows
            unseen.append((rule.code, _UNFIT))
            continue
        if places:
            findings.append(Finding(rule, places[:MAX_PLACES], len(places)))
        else:
            kept.append(rule.code)
    order = list(Severity)
    findings.sort(key=lambda finding: order.index(finding.rule.severity))
    return Report(
        evidence.source,
        evidence.name,
        sorted(evidence.capabilities),
        len(evidence.stations),
        sum(1 for _ in evidence.evses()),
        findings,
        kept,
        unseen,
    )
