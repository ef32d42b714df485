"""Other people's networks: everything that connects is here, and nothing connects unasked."""
