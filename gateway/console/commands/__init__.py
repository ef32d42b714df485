"""The commands of ``hutong``: arguments and options, and which function of ``gateway.console`` answers."""
