"""Where what stands in an ILCD process, and the words of its lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.model.base import Reason
from gateway.model.process import Direction, Distribution, ProcessKind

# ILCD 1.1 lists, by the word of the format.
KINDS: Final[Mapping[str, ProcessKind]] = {
    "Unit process, single operation": ProcessKind.UNIT_PROCESS,
    "Unit process, black box": ProcessKind.BLACK_BOX,
    "LCI result": ProcessKind.LCI_RESULT,
    "Partly terminated system": ProcessKind.PARTLY_TERMINATED,
    "Avoided product system": ProcessKind.AVOIDED,
    "EPD": ProcessKind.EPD,
}
DISTRIBUTIONS: Final[Mapping[str, Distribution]] = {
    "undefined": Distribution.UNDEFINED,
    "log-normal": Distribution.LOG_NORMAL,
    "normal": Distribution.NORMAL,
    "triangular": Distribution.TRIANGULAR,
    "uniform": Distribution.UNIFORM,
}
DIRECTIONS: Final = {"Input": Direction.INPUT, "Output": Direction.OUTPUT}
KIND_PATH: Final = ("modellingAndValidation", "LCIMethodAndAllocation", "typeOfDataSet")
REFERENCE_PATH: Final = ("processInformation", "quantitativeReference", "referenceToReferenceFlow")
CLASS_PATH: Final = (
    "processInformation",
    "dataSetInformation",
    "classificationInformation",
    "common:classification",
)
PARAMETER_PATH: Final = ("processInformation", "mathematicalRelations", "variableParameter")
REVIEW_PATH: Final = ("modellingAndValidation", "validation", "review")
COMPLIANCE_PATH: Final = ("modellingAndValidation", "complianceDeclarations", "compliance")
MODEL_COMPLETENESS: Final = ("modellingAndValidation", "completeness", "completenessProductModel")
FLOW_COMPLETENESS: Final = ("modellingAndValidation", "completeness", "completenessElementaryFlows")
EXCHANGE_PATH: Final = ("exchanges", "exchange")
RESULT_PATH: Final = ("LCIAResults", "LCIAResult")
SCENARIO_PATH: Final = (
    "processInformation",
    "dataSetInformation",
    "common:other",
    "epd:scenarios",
    "epd:scenario",
)
AMOUNTS: Final = ("common:other", "epd:amount")
UNIT_GROUP: Final = ("common:other", "epd:referenceToUnitGroupDataSet")
PRODUCT_MODEL: Final = "product-model"
# Marks in the rest of a node what the source left out and readers fill in.
WITHOUT: Final = "#without:"
# Where the rest of an exchange has a share as it was printed, by position.
PRINTED_SHARE: Final = "#share:"
SPREAD: Final = "relativeStandardDeviation95In"
COMPLIANCE: Final = (
    ("common:nomenclatureCompliance", "nomenclature"),
    ("common:methodologicalCompliance", "method"),
    ("common:reviewCompliance", "review"),
    ("common:documentationCompliance", "documentation"),
    ("common:qualityCompliance", "quality"),
)
# EN 15804: what stands in place of a value.
ABSENT: Final = {
    "MND": Reason.NOT_DECLARED,
    "ND": Reason.NOT_DECLARED,
    "INA": Reason.NOT_DECLARED,
    "MNR": Reason.NOT_APPLICABLE,
}
