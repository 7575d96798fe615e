"""Alipay for service providers."""

from finder.money.channels.alipay.channel import AlipayChannel
from finder.money.channels.alipay.config import AlipayConfig

__all__ = ["AlipayChannel", "AlipayConfig"]
