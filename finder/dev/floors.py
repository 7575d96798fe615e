"""Refuses a lock file that pins a package below its lowest safe version; works offline."""

import re
import sys
from pathlib import Path

# Published advisories name these as the first versions that are mended.
FLOORS = {
    "strawberry-graphql": (0, 327, 2),
    "starlette": (1, 5, 1),
    "authlib": (1, 7, 1),
    "python-multipart": (0, 0, 30),
    "h11": (0, 16, 0),
    "redis": (4, 5, 4),
}


def below_floor(lock: str) -> list[str]:
    """The pins of a requirements file that lie below their floor, as 'name==version < floor'."""
    found = []
    for name, version in re.findall(r"^([\w.-]+)==([\d.]+)", lock, re.MULTILINE):
        floor = FLOORS.get(name.lower())
        if floor and tuple(int(n) for n in version.strip(".").split(".")) < floor:
            found.append(f"{name}=={version} < {'.'.join(map(str, floor))}")
    return found


if __name__ == "__main__":
    bad = [line for path in sys.argv[1:] for line in below_floor(Path(path).read_text())]
    for line in bad:
        print(f"版本低于安全下限 / below the lowest safe version: {line}", file=sys.stderr)
    sys.exit(bool(bad))
