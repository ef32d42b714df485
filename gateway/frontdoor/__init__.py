"""Strict bytes to values: every input passes here first. No files, no network, nothing extracted."""
