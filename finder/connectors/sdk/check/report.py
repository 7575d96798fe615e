"""The report for people: Chinese first, English second."""

from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from finder.connectors.sdk.check.judge import Report
from finder.connectors.sdk.check.quality import Quality, Seen
from finder.connectors.sdk.check.rule import Severity

SHOWN = 3  # places of one finding
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.HINT: "cyan"}
_WORDS = {Severity.ERROR: "错误 error", Severity.WARNING: "警告 warning", Severity.HINT: "提示 hint"}


def print_report(report: Report, console: Console) -> None:
    """Prints the findings, then in one line each what holds and what was not seen."""
    console.print(
        RichText(
            f"\n{report.name}（{report.source}）  {report.stations} 站 stations, {report.evses} EVSE", style="bold"
        )
    )
    console.print(RichText(f"能力 can: {', '.join(report.capabilities) or '—'}"))
    if report.findings:
        console.print(_table(report))
    counts = [len(report.of(severity)) for severity in Severity]
    zh = f"{counts[0]} 个错误，{counts[1]} 个警告，{counts[2]} 个提示；{len(report.kept)} 条规则通过"
    en = f"{counts[0]} errors, {counts[1]} warnings, {counts[2]} hints; {len(report.kept)} rules hold"
    console.print(RichText(f"{zh} · {en}", style="bold red" if counts[0] else "bold green"))
    if report.unseen:
        console.print(RichText(f"未检查 {len(report.unseen)} 条 · {len(report.unseen)} rules were not judged:"))
        by_need: dict[tuple[str, str], list[str]] = {}
        for code, needs in report.unseen:
            by_need.setdefault((needs.zh, needs.en), []).append(code)
        for (zh, en), codes in by_need.items():
            console.print(RichText(f"  {zh} · {en}: {', '.join(codes)}", style="dim"))


def print_quality(quality: Quality, console: Console) -> None:
    """Prints the grade that was shown, what the next one needs, and a claim that is not true."""
    reached, claim = quality.reached, quality.claim
    told = f"质量等级 quality: {reached or '未达铜级 below bronze'}"
    if claim is not None:
        told += f"（自称 claimed {claim.grade}）"
    style = "bold red" if quality.broken else "bold"
    console.print(RichText(told, style=style))
    for criterion in quality.broken:
        what = criterion.what
        console.print(RichText(f"  此处不符 not so here: {criterion.code}  {what.zh} · {what.en}", style="red"))
    if quality.next is not None:
        console.print(RichText(f"  达到 {quality.next} 还需 · {quality.next} still needs:"))
        for criterion, seen in quality.missing(quality.next):
            what, how = criterion.what, "未看到 not seen" if seen is Seen.NOT_SEEN else "不符 fails"
            console.print(RichText(f"    {criterion.code:16} {what.zh} · {what.en} ({how})", style="dim"))


def _table(report: Report) -> Table:
    table = Table(show_lines=True, expand=False)
    table.add_column("代码 code", no_wrap=True)
    table.add_column("发现 found", overflow="fold")
    table.add_column("如何修正 how to mend it", overflow="fold")
    for finding in report.findings:
        rule = finding.rule
        code = RichText(f"{rule.code}\n{_WORDS[rule.severity]}", style=_STYLES[rule.severity])
        what = RichText(f"{rule.what.zh}\n{rule.what.en}")
        for place in finding.places[:SHOWN]:
            what.append(f"\n• {place.subject}: {place.seen.zh} / {place.seen.en}", style="dim")
        if finding.count > SHOWN:
            more = finding.count - SHOWN
            what.append(f"\n… 另有 {more} 处 · {more} more", style="dim")
        table.add_row(code, what, RichText(f"{rule.mend.zh}\n{rule.mend.en}"))
    return table
