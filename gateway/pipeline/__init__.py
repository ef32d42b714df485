"""The only place where stages meet: read, check, convert, issue, verify."""
