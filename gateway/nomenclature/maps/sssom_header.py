"""The YAML header of an SSSOM table, and SSSOM's own slots that have no field here."""

from __future__ import annotations

from typing import Any, Final

from gateway.nomenclature.maps.base import BadMapFile

_LONGEST_HEADER: Final = 1_000_000
_DEEPEST: Final = 20
# Slots of SSSOM 1.1 without a field here, that come back to where they were read.
ROW_SLOTS: Final = (
    "record_id",
    "subject_type",
    "object_type",
    "predicate_label",
    "predicate_type",
    "author_id",
    "reviewer_id",
    "creator_id",
    "creator_label",
    "mapping_provider",
    "mapping_source",
    "mapping_cardinality",
    "cardinality_scope",
    "mapping_tool_id",
    "mapping_tool_version",
    "publication_date",
    "review_date",
    "reviewer_agreement",
    "curation_rule",
    "curation_rule_text",
    "subject_match_field",
    "object_match_field",
    "match_string",
    "subject_preprocessing",
    "object_preprocessing",
    "similarity_score",
    "similarity_measure",
    "see_also",
    "issue_tracker_item",
    "other",
)
SET_SLOTS: Final = (
    "sssom_version",
    "mapping_set_source",
    "mapping_set_confidence",
    "creator_id",
    "predicate_type",
    "mapping_provider",
    "cardinality_scope",
    "mapping_tool_id",
    "mapping_tool_version",
    "subject_match_field",
    "object_match_field",
    "subject_preprocessing",
    "object_preprocessing",
    "similarity_measure",
    "curation_rule",
    "curation_rule_text",
    "see_also",
    "issue_tracker",
    "other",
    "comment",
)


def read_header(text: bytes) -> dict[str, Any]:
    """The metadata; every value is a text, a list or a mapping, nothing is turned into a number.

    Raises:
        BadMapFile: it is no YAML mapping, refers to itself, or is too long or too deep.
    """
    import yaml

    if not text.strip():
        return {}
    if len(text) > _LONGEST_HEADER:
        raise BadMapFile(len(text), path="line 1", code="map.bad-header")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.events.CollectionStartEvent)
            depth -= isinstance(event, yaml.events.CollectionEndEvent)
            if isinstance(event, yaml.events.AliasEvent) or depth > _DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise BadMapFile(path=f"line {line}", code="map.bad-header")
        # The loader that leaves every scalar a text.
        found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts, lists and mappings only
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        at = f"line {mark.line + 1}" if mark is not None else "line 1"
        saw = getattr(error, "problem", None) or type(error).__name__
        raise BadMapFile(saw, path=at, code="map.bad-header") from error
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise BadMapFile(path="line 1", code="map.bad-header")
    return found


def prefix_map(value: object) -> dict[str, str]:
    """A prefix map, in its short form and in the long one of LinkML."""
    found = value if isinstance(value, dict) else {}
    return {
        str(name): str(url["prefix_url"] if isinstance(url, dict) and "prefix_url" in url else url)
        for name, url in found.items()
    }
