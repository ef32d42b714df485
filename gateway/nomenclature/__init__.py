"""Names of flows, gases, units and places in other lists."""
