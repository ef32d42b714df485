"""The names of map formats, for whoever only lists them."""

from __future__ import annotations

from typing import Final

MAP_FORMATS: Final = ("glad", "randonneur", "flowmap-jsonld", "sssom", "hutong-map", "flowmap-csv")
