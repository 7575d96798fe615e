"""The commands: the groups of `commands/`, and up, serve, sandbox, import, doctor, schema, dev."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from finder.commands.connector import connector
from finder.commands.coverage import coverage
from finder.commands.demo import demo
from finder.commands.dispute import dispute
from finder.commands.forecast import forecast
from finder.commands.invoice import invoice
from finder.commands.ledger import ledger
from finder.commands.migrate import migrate
from finder.commands.open_data import open_data
from finder.commands.operator import operator
from finder.commands.people import people
from finder.commands.pile import pile
from finder.commands.plugs import plugs
from finder.commands.provide import provide
from finder.commands.roads import roads
from finder.commands.supervision import supervision
from finder.commands.trip import trip
from finder.errors import FinderError
from finder.settings import load_settings

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="城市充电地图 · the city's charging finder")
dev = typer.Typer(no_args_is_help=True, help="开发用 · for developers")
cli.add_typer(dev, name="dev")
cli.add_typer(operator, name="operator")
cli.add_typer(people, name="people")
cli.add_typer(plugs, name="plugs")
cli.add_typer(provide, name="provide")
cli.add_typer(connector, name="connector")
cli.add_typer(ledger, name="ledger")
cli.add_typer(dispute, name="dispute")
cli.add_typer(invoice, name="invoice")
cli.add_typer(demo, name="demo")
cli.add_typer(coverage, name="coverage")
cli.add_typer(pile, name="pile")
cli.add_typer(migrate, name="migrate")
cli.command("trip")(trip)
cli.add_typer(roads, name="roads")
cli.add_typer(forecast, name="forecast")
cli.add_typer(open_data, name="open-data")
cli.add_typer(supervision, name="supervision")

Port = Annotated[int | None, typer.Option(help="端口，0 表示任选 · port, 0 for any", min=0, max=65535)]


@cli.command()
def up(port: Port = None) -> None:
    """一台机器上的全部：地图、接口和演示运营商 · everything on one machine, with practice operators."""
    from finder.serve import serve_up

    serve_up(load_settings(**_chosen(port)))


@cli.command()
def serve(port: Port = None) -> None:
    """只有网关，连接所配置的引擎和运营商 · the gateway alone, with the engines and operators that are configured."""
    from finder.serve import serve_gateway

    serve_gateway(load_settings(**_chosen(port)))


@cli.command()
def work() -> None:
    """后台工作：支付、启停、补查，可任意多开 · effects and follow-ups, any number of them beside `finder serve`."""
    from finder.serve import work as working

    working(load_settings())


@cli.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8100,
    speed: float = 20.0,
    *,
    vendor: Annotated[bool, typer.Option("--vendor", help="虚构厂商的 REST 接口 · a fictional vendor's API")] = False,
    sms: Annotated[bool, typer.Option("--sms", help="短信网关 · a text message gateway")] = False,
    routers: Annotated[bool, typer.Option("--routers", help="路线服务 · routing services")] = False,
    web_push: Annotated[bool, typer.Option("--web-push", help="浏览器推送服务 · a Web Push service")] = False,
    sign_in: Annotated[bool, typer.Option("--sign-in", help="微信、支付宝登录 · sign-in at WeChat and Alipay")] = False,
) -> None:
    """演示运营商，真实 HTTP 与签名 · practice operators over real HTTP with real signatures."""
    from finder.sandbox.routers import run_routers
    from finder.sandbox.serve import run
    from finder.sandbox.sign_in import run_sign_in
    from finder.sandbox.sms import run_sms
    from finder.sandbox.vendor import run_vendor
    from finder.sandbox.web_push import run_web_push

    if sms or routers or sign_in or web_push:
        (run_sms if sms else run_routers if routers else run_sign_in if sign_in else run_web_push)(port)
        return
    (run_vendor if vendor else run)(port, speed=speed)


@cli.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="OCM、AFDC、BNetzA、OCPI、CSV")],
    kind: Annotated[str | None, typer.Option(help="文件种类，默认自动识别 · the kind, sniffed by default")] = None,
    source: Annotated[str | None, typer.Option(help="来源名称 · name of the source")] = None,
) -> None:
    """导入真实充电站文件；重复导入不会改变任何内容 · imports a file of stations; a repeat changes nothing."""
    from finder.app import choose_store
    from finder.federation.imports.run import run_import

    raise typer.Exit(run_import(file, choose_store(load_settings()), kind=kind, source=source))


@cli.command()
def doctor() -> None:
    """检查环境，说明如何修正 · says what is wrong and how to mend it."""
    from finder.doctor import examine

    raise typer.Exit(examine(load_settings()))


@cli.command()
def schema() -> None:
    """打印 GraphQL 模式 · prints the GraphQL schema."""
    from finder.graphql.schema import print_schema

    sys.stdout.write(print_schema())


@dev.command()
def elasticsearch(port: int = 9200, home: Path = Path(".cache/elasticsearch")) -> None:
    """在本机启动真正的 Elasticsearch 9 · starts a real Elasticsearch 9 on this machine."""
    from finder.dev.elasticsearch import run

    run(home, port)


@dev.command()
def revision(what: str) -> None:
    """起草一个表结构版本 · drafts a revision from what the rooms' tables have gained, to be read and finished."""
    from finder.dev.revision import draft

    typer.echo(draft(what))


def _chosen(port: int | None) -> dict[str, object]:
    return {} if port is None else {"port": port}


def main() -> None:
    """Runs a command; a mistake that has a remedy is told in words, without a traceback."""
    try:
        cli()
    except FinderError as error:
        console = Console(stderr=True)
        zh, en = escape(error.zh), escape(error.en)
        console.print(f"[bold red]{error.code}[/]  {zh}\n        {en}", highlight=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
