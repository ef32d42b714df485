"""EcoSpold 1 and 2: data sets of activities, read tolerantly and written strictly."""

from gateway.formats.ecospold.one import DATASETS as ECOSPOLD1
from gateway.formats.ecospold.two import DATASETS as ECOSPOLD2

__all__ = ["ECOSPOLD1", "ECOSPOLD2"]
