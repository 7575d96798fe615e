"""Where a caller comes from, as rates are counted."""

from ipaddress import IPv6Address, ip_address


def network_of(host: str | None) -> str:
    """An IPv4 address as it is, the /64 of an IPv6 one, 'unknown' for anything else."""
    try:
        ip = ip_address(host or "")
    except ValueError:
        return "unknown"
    return f"{IPv6Address(int(ip) >> 64 << 64)}/64" if isinstance(ip, IPv6Address) else str(ip)
