"""Makes the package: a name is judged, the template is filled in, nothing that exists is touched."""

import re
from collections.abc import Collection
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from finder.errors import BadInput, SettingsError

LEAST, MOST = 2, 30
_NAME = re.compile(rf"[a-z][a-z0-9]{{{LEAST - 1},{MOST - 1}}}")
_SUFFIX = ".tmpl"  # or tools would take a template for the code that it is not yet


def make_package(name: str, folder: Path, taken: Collection[str] = ()) -> list[Path]:
    """Fills `folder`, which must be absent or empty; the files, sorted. Raises BadInput or SettingsError."""
    _judge(name, taken)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SettingsError(
                f"{folder} 已存在且不是空文件夹，不会覆盖：用 --into 换一个位置",
                f"{folder} exists and is no empty folder; it is not overwritten: choose another place with --into",
            )
        made = []
        for path, template in _templates(files(__package__) / "template"):
            target = folder / path.replace("package/", f"finder_{name}/", 1).removesuffix(_SUFFIX)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = template.read_text(encoding="utf-8")
            filled = text.replace("__NAME__", name).replace("__TITLE__", name.capitalize())
            target.write_text(filled.replace("__SECRET__", name.upper()), encoding="utf-8", newline="\n")
            made.append(target)
    except OSError as bad:
        raise SettingsError(
            f"无法写入 {folder}：{bad.strerror}", f"{folder} cannot be written: {bad.strerror}"
        ) from bad
    return sorted(made)


def _judge(name: str, taken: Collection[str]) -> None:
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"名称 {name[:40]!r} 应为 {LEAST} 至 {MOST} 个小写字母或数字，以字母开头",
            f"the name {name[:40]!r} must be {LEAST} to {MOST} lower-case letters or digits, a letter first",
            code="CONNECTOR_NAME",
        )
    if name in taken:
        raise BadInput(
            f"名称 {name!r} 已被占用；已有：{'、'.join(sorted(taken))}",
            f"the name {name!r} is taken; there are: {', '.join(sorted(taken))}",
            code="CONNECTOR_NAME_TAKEN",
        )


def _templates(folder: Traversable, prefix: str = "") -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for each in folder.iterdir():
        if each.is_dir():
            found += _templates(each, f"{prefix}{each.name}/")
        elif each.name.endswith(_SUFFIX):
            found.append((prefix + each.name, each))
    return found
