"""The system's libcrypto, where it can do SM2."""

from __future__ import annotations

import pytest

from gateway.signing.libcrypto import Libcrypto, NoLibcrypto


@pytest.fixture(scope="session")
def engine() -> Libcrypto:
    try:
        return Libcrypto.find()
    except NoLibcrypto as error:
        pytest.skip(f"no libcrypto with SM2 on this system: {error}")
