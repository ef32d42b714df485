"""The documents: a declared footprint with its results, lines and evidence; a life-cycle dataset."""
