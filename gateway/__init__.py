"""Hutong: interoperability and mutual recognition of product carbon footprints."""

from __future__ import annotations

__version__ = "0.1.0"
