"""Whom to trust, for what, and since when."""
