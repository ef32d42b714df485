"""The data sets that stand beside a new EPD process: flow, flow property, unit group, contacts, sources."""

from __future__ import annotations

from typing import Final

from gateway.codec.base import Context
from gateway.codec.xmltree import Node
from gateway.formats.ilcd.tables import TARGET

VERSION: Final = "01.00.000"
# ILCD+EPD identifier tables, Common references.
ILCD_FORMAT: Final = "a97a0155-0234-4b87-b4ce-a45da52f2a40"
EPD_FORMAT: Final = "a29449fd-aa2f-4de8-b5d7-4b06b43c6fde"
_FOLDERS: Final = {
    "process": "processes",
    "flow": "flows",
    "flowproperty": "flowproperties",
    "unitgroup": "unitgroups",
    "source": "sources",
    "contact": "contacts",
}
_TYPES: Final = {
    "flow": "flow data set",
    "flowproperty": "flow property data set",
    "unitgroup": "unit group data set",
    "source": "source data set",
    "contact": "contact data set",
}


def new_id(context: Context, path: str) -> str:
    """The id of a data set of this source: the same on every run."""
    return str(context.new_id(f"{TARGET}{path}"))


def file_name(kind: str, uuid: str, version: str = VERSION) -> str:
    """Where a data set stands in the package."""
    return f"ILCD/{_FOLDERS[kind]}/{uuid}_{version}.xml"


def reference(kind: str, uuid: str, names: Node, version: str = VERSION) -> Node:
    """A reference to a data set of the package."""
    found: Node = {
        "@type": _TYPES[kind],
        "@refObjectId": uuid,
        "@version": version,
        "@uri": f"../{_FOLDERS[kind]}/{uuid}_{version}.xml",
    }
    return found | {"common:shortDescription": names} if names else found


def entry(context: Context) -> Node:
    """Who has entered the data, when, in which format."""
    return {
        "common:timeStamp": f"{context.now:%Y-%m-%dT%H:%M:%SZ}",
        "common:referenceToDataSetFormat": [
            {
                "@type": _TYPES["source"],
                "@refObjectId": ILCD_FORMAT,
                "common:shortDescription": {"en": "ILCD format", "zh": "ILCD 格式"},
            }
        ],
    }


def flow(context: Context, info: Node, uuid: str, property_: Node) -> Node:
    """The product flow."""
    return {
        "@version": "1.1",
        "flowInformation": {
            "dataSetInformation": info | {"common:UUID": uuid},
            "quantitativeReference": {"referenceToReferenceFlowProperty": "0"},
        },
        "modellingAndValidation": {"LCIMethod": {"typeOfDataSet": "Product flow"}},
        "administrativeInformation": _administration(context, VERSION),
        "flowProperties": {
            "flowProperty": [
                {
                    "@dataSetInternalID": "0",
                    "referenceToFlowPropertyDataSet": property_,
                    "meanValue": "1.0",
                }
            ]
        },
    }


def flow_property(context: Context, uuid: str, names: Node, group: Node, version: str) -> Node:
    """The flow property by which the product is measured."""
    return {
        "@version": "1.1",
        "flowPropertiesInformation": {
            "dataSetInformation": {"common:UUID": uuid, "common:name": names},
            "quantitativeReference": {"referenceToReferenceUnitGroup": group},
        },
        "administrativeInformation": _administration(context, version),
    }


def unit_group(context: Context, uuid: str, names: Node, units: list[tuple[str, str]]) -> Node:
    """The unit group; its first unit is the reference, the others have their factor to it."""
    return {
        "@version": "1.1",
        "unitGroupInformation": {
            "dataSetInformation": {"common:UUID": uuid, "common:name": names},
            "quantitativeReference": {"referenceToReferenceUnit": "0"},
        },
        "administrativeInformation": _administration(context, VERSION),
        "units": {
            "unit": [
                {"@dataSetInternalID": str(n), "name": name, "meanValue": factor}
                for n, (name, factor) in enumerate(units)
            ]
        },
    }


def contact(context: Context, uuid: str, names: Node, info: Node) -> Node:
    """An enterprise or body; never a person."""
    return {
        "@version": "1.1",
        "contactInformation": {
            "dataSetInformation": {
                "common:UUID": uuid,
                "common:shortName": names,
                "common:name": names,
                # Says that it is no person: readers cannot tell by a name.
                "classificationInformation": {
                    "common:classification": [
                        {
                            "@name": "ilcd",
                            "common:class": [{"@level": "0", "#text": "Organisations"}],
                        }
                    ]
                },
                **info,
            }
        },
        "administrativeInformation": _administration(context, VERSION),
    }


def source(context: Context, uuid: str, names: Node, citation: str) -> Node:
    """A rule, database or other document that is only cited."""
    return {
        "@version": "1.1",
        "sourceInformation": {
            "dataSetInformation": {
                "common:UUID": uuid,
                "common:shortName": names,
                "sourceCitation": citation,
            }
        },
        "administrativeInformation": _administration(context, VERSION),
    }


def _administration(context: Context, version: str) -> Node:
    return {
        "dataEntryBy": entry(context),
        "publicationAndOwnership": {"common:dataSetVersion": version},
    }
