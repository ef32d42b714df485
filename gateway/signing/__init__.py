"""Sign bytes and check signatures; knows neither formats nor the declaration model.

Import from the modules; nothing is imported here, so that no command pays for cryptography unused.
"""
