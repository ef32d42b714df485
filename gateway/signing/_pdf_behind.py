"""What may stand behind the newest signature of a PDF file: data for checking it later, and nothing else.

PAdES levels B-LT and B-LTA append certificates, revocation lists and time stamps of the whole document, which
no signer has signed. They are let in where every byte behind the signature belongs to such an update, so that
nothing of what a reader is shown can have changed.

Source: ISO 32000-2, 7.5.6 and 12.8.4; ETSI EN 319 142-1, 5.4 and 6.3.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import (
    XRefSectionMetaInfo,
    parse_xref_stream,
    parse_xref_table,
    read_object_header,
)
from pyhanko.sign.diff_analysis.commons import compare_dicts
from pyhanko.sign.diff_analysis.constants import VRI_KEY_PATTERN
from pyhanko.sign.diff_analysis.form_rules_api import FieldComparisonContext, FormUpdate, FormUpdatingRule
from pyhanko.sign.diff_analysis.policies import StandardDiffPolicy
from pyhanko.sign.diff_analysis.policy_api import DiffResult, ModificationLevel, SuspiciousModification
from pyhanko.sign.diff_analysis.rules.file_structure_rules import (
    CatalogModificationRule,
    ObjectStreamRule,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    DSSCompareRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
)
from pyhanko.sign.diff_analysis.rules.metadata_rules import DocInfoRule, MetadataUpdateRule
from pyhanko.sign.diff_analysis.rules_api import ReferenceUpdate, WhitelistRule
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

# Further updates behind a signature: each renews the time stamps for years.
_MOST_UPDATES: Final = 32
_SPACE: Final = re.compile(rb"(?:[\0\t\n\f\r ]+|%(?!%EOF|PDF-)[^\r\n]{0,200}(?=[\r\n]))*")
_END_OF_OBJECT: Final = re.compile(rb"[\0\t\n\f\r ]*endobj(?![^\0\t\n\f\r %])")
_END_OF_UPDATE: Final = re.compile(rb"startxref[\t ]*(?:\r\n|\r|\n)(\d{1,10})[\t ]*(?:\r\n|\r|\n)%%EOF")
_END_OF_FILE: Final = (b"", b"\n", b"\r", b"\r\n")
# What an update may add to an object that is there, or change in it; the rules below say how.
_GROWING: Final = frozenset(
    {"/Annots", "/CRLs", "/Certs", "/DSS", "/Extensions", "/Fields", "/Metadata", "/ModDate", "/OCSPs"}
    | {"/Producer", "/V", "/VRI", "/Version"}
)
# Of these, only what is added behind the others.
_LAYERS: Final = frozenset({"/Annots", "/Fields"})
_FIELD: Final = frozenset(
    {"/AP", "/Border", "/F", "/FT", "/Ff", "/Kids", "/Lock", "/P", "/Parent", "/Rect"}
    | {"/SV", "/StructParent", "/Subtype", "/T", "/TU", "/Type", "/V"}
)
# Whoever writes a file may say when and with what; anything else of these is shown to readers.
_INFO: Final = frozenset({"/ModDate", "/Producer"})
_XMP: Final = frozenset(
    {
        "{http://ns.adobe.com/xap/1.0/}MetadataDate",
        "{http://ns.adobe.com/xap/1.0/}ModifyDate",
        "{http://ns.adobe.com/pdf/1.3/}Producer",
    }
)

_XMP_WORDS: Final = frozenset({"{http://ns.adobe.com/pdf/1.3/}Producer"})
_TOOLKIT: Final = "{adobe:ns:meta/}xmptk"
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LISTS: Final = frozenset({f"{_RDF}Alt", f"{_RDF}Bag", f"{_RDF}Seq"})
_MOMENT: Final = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}(?:T[0-9:.]{5,20}(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?")
# A stream with its data in another file (/F) says what stands there.
_STREAM: Final = frozenset({"/DL", "/DecodeParms", "/Filter", "/Length", "/Subtype", "/Type"})
_Told: TypeAlias = "tuple[str, tuple[tuple[str, str], ...], tuple[str, ...], tuple[_Told, ...]]"


def is_harmless(reader: PdfFileReader, data: bytes, signature: EmbeddedPdfSignature, end: int) -> bool:
    """Whether all behind ``end`` is data for checking the signature, which covers its whole revision."""
    signed, last = signature.signed_revision, reader.total_revisions
    if not signed < last - 1 <= signed + _MOST_UPDATES or reader.encrypted:
        return False
    place = end
    for revision in range(signed + 1, last):
        place = _end_of(reader, data, place, revision)
        if not place or not _only_grows(reader, revision):
            return False
    if data[place:] not in _END_OF_FILE:
        return False
    signature.compute_integrity_info(diff_policy=_POLICY)  # type: ignore[no-untyped-call]
    found = signature.diff_result
    return isinstance(found, DiffResult) and found.modification_level <= ModificationLevel.LTA_UPDATES


def _end_of(reader: PdfFileReader, data: bytes, place: int, revision: int) -> int:
    """Where an update that begins at ``place`` ends: its objects, its list of them, the end mark, no more.

    0: there are other bytes in it, or it lists what is not in it.
    """
    xref, listed = reader.xrefs.get_xref_container_info(revision), reader.xrefs.get_xref_data(revision)
    if listed.freed or listed.hybrid is not None:
        return 0
    places = {offset: (number, generation) for number, (generation, offset) in listed.standard_xrefs.items()}
    start = xref.declared_startxref
    seen = {start} if xref.stream_ref is not None else set[int]()
    place = _skipped(data, place)
    while place != start:
        if place not in places:
            return 0
        seen.add(place)
        _, place = _object(reader, data, place, places[place])
        place = _skipped(data, place)
    trailer, place = _list_of_objects(reader, data, xref)
    match = _END_OF_UPDATE.match(data, _skipped(data, place))
    if places.keys() - seen or match is None or int(match[1]) != start or not _is_of(trailer, reader):
        return 0
    return match.end()


def _list_of_objects(
    reader: PdfFileReader, data: bytes, xref: XRefSectionMetaInfo
) -> tuple[generic.PdfObject, int]:
    """The trailer with the list of an update's objects, and where it ends.

    Raises:
        PdfReadError: readers may take different objects from it.
    """
    stream, start = reader.stream, xref.declared_startxref
    trailer: generic.PdfObject
    if xref.stream_ref is not None:
        trailer, place = _object(reader, data, start)
        if not isinstance(trailer, generic.StreamObject):
            raise PdfReadError("xref")
        entries = list(parse_xref_stream(trailer, strict=True))
        numbers = list(trailer["/Index"])[1::2] if "/Index" in trailer else [trailer["/Size"]]
        # (7.5.8.3) Of a type that nobody knows are references to null.
        is_plain = sum(int(number) for number in numbers) == len(entries)
    else:
        stream.seek(xref.start_location)
        entries = list(parse_xref_table(stream, strict=True))
        above = generic.TrailerReference(reader)  # type: ignore[no-untyped-call]
        trailer = generic.DictionaryObject.read_from_stream(stream, above)
        place, is_plain = stream.tell(), data.startswith(b"xref", start)
    # Listed twice: some readers take the first, others the last.
    if not is_plain or len({one.idnum for one in entries}) != len(entries):
        raise PdfReadError("xref")
    return trailer, place


def _is_of(trailer: object, reader: PdfFileReader) -> bool:
    """Whether an update is of this document: its catalog stays where it was, and nothing is encrypted."""
    return (
        isinstance(trailer, generic.DictionaryObject)
        and "/Encrypt" not in trailer
        and trailer.get_value_as_reference("/Root") == reader.get_historical_resolver(0).root_ref
    )


def _only_grows(reader: PdfFileReader, revision: int) -> bool:
    """Whether every object that an update writes anew is what it was, but for what may be added to it.

    pyHanko takes a text for the name of the same letters, and a dictionary for the stream that begins with
    it: what slept in the signed revision, such as an action or a page's content, must not wake up.
    """
    old, new = (reader.get_historical_resolver(number) for number in (revision - 1, revision))
    again = (
        one
        for one in new.explicit_refs_in_revision()  # type: ignore[no-untyped-call]
        if reader.xrefs.get_historical_ref(one, old.revision) is not None
    )
    return all(_has_grown(old(one), new(one)) for one in again)


def _has_grown(old: generic.PdfObject, new: generic.PdfObject) -> bool:
    if isinstance(old, generic.StreamObject) or isinstance(new, generic.StreamObject):
        # Whether their bytes are the same is asked by the rules.
        return isinstance(old, generic.StreamObject) and isinstance(new, generic.StreamObject)
    if isinstance(old, generic.ArrayObject) and isinstance(new, generic.ArrayObject):
        return _written(old) == _written(new) or _is_longer(old, new)
    if isinstance(old, generic.DictionaryObject) and isinstance(new, generic.DictionaryObject):
        return old.keys() <= new.keys() and all(_may_be(old, new, name) for name in new)
    return _written(old) == _written(new)


def _is_longer(old: generic.ArrayObject, new: generic.ArrayObject) -> bool:
    """Whether references were added behind those that are there, none of them again.

    The last annotation lies on top. What is held for checking are streams, of which no order shows.
    """
    before, after = ([one.raw_get(index) for index in range(len(one))] for one in (old, new))
    if not all(isinstance(one, generic.IndirectObject) for one in (*before, *after)):
        return False
    if before and all(isinstance(old[index], generic.StreamObject) for index in range(len(old))):
        return True
    return after[: len(before)] == before and not any(one in before for one in after[len(before) :])


def _may_be(old: generic.DictionaryObject, new: generic.DictionaryObject, name: str) -> bool:
    if name in _LAYERS and name in old:
        return _has_grown(old[name], new[name])
    if name in _GROWING or (name not in old and VRI_KEY_PATTERN.match(name)):
        return True
    if name == "/AcroForm" and name in old:
        return _has_grown(old[name], new[name])
    return name in old and _written(old.raw_get(name)) == _written(new.raw_get(name))


def _written(value: generic.PdfObject) -> bytes:
    held = io.BytesIO()
    value.write_to_stream(held, None)
    return held.getvalue()


def _skipped(data: bytes, place: int) -> int:
    match = _SPACE.match(data, place)
    assert match is not None
    return match.end()


def _object(
    reader: PdfFileReader, data: bytes, place: int, name: tuple[int, int] | None = None
) -> tuple[generic.PdfObject, int]:
    """The object at ``place``, and where it ends."""
    stream = reader.stream
    stream.seek(place)
    number, generation = read_object_header(stream, strict=True)  # type: ignore[no-untyped-call]
    if name is not None and name != (number, generation):
        raise PdfReadError(f"object {number} {generation}")
    found = generic.read_object(stream, generic.Reference(number, generation, reader))
    end = _END_OF_OBJECT.match(data, stream.tell())
    if end is None:
        raise PdfReadError(f"object {number} {generation}")
    return found, end.end()


def _value(at: generic.DictionaryObject, name: str) -> generic.PdfObject | None:
    """The value itself: ``get`` would answer with the reference to it."""
    return at[name] if name in at else None  # noqa: SIM401


def _info(trailer: generic.DictionaryObject) -> generic.PdfObject:
    found = _value(trailer, "/Info")
    return generic.DictionaryObject() if found is None else found  # type: ignore[no-untyped-call]


class _InfoRule(DocInfoRule):
    """Title, author and subject are what a reader is shown; only who wrote the file when may change."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        before, after = (_info(one.trailer_view) for one in (old, new))
        compare_dicts(before, after, _INFO)
        return super().apply(old, new)


class _MetadataRule(MetadataUpdateRule):
    """The same of the metadata in XML."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        if _described(old) != _described(new):
            raise SuspiciousModification("/Metadata")
        return super().apply(old, new)


def _described(at: HistoricalResolver) -> _Told | None:
    if "/Metadata" not in at.root:
        return None
    held = at.root.get_value_as_reference("/Metadata").get_object()
    if not isinstance(held, generic.StreamObject) or not held.keys() <= _STREAM:
        raise SuspiciousModification("/Metadata")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    return _told(etree.fromstring(held.read_data(DecodePurpose.XMP_METADATA), parser))


def _told(element: etree._Element) -> _Told:
    """What an element says, and where: the same words are another statement as title and as author."""
    kept = [_told(child) for child in element if not _is_of_writer(child)]
    words = [element.text, *(child.tail for child in element)]
    said = tuple(word for word in ((one or "").strip() for one in words) if word)
    below = kept if element.tag in _LISTS else sorted(kept, key=repr)
    return str(element.tag), _attributes(element), said, tuple(below)


def _is_of_writer(element: etree._Element) -> bool:
    is_known = element.tag in _XMP and not len(element) and not element.attrib
    return is_known and (element.tag in _XMP_WORDS or bool(_MOMENT.fullmatch((element.text or "").strip())))


def _attributes(element: etree._Element) -> tuple[tuple[str, str], ...]:
    """Who has written the metadata with which toolkit is as good as who has written the file."""
    told = (
        (str(name), str(value))
        for name, value in element.items()
        if name != _TOOLKIT and not (name in _XMP and (name in _XMP_WORDS or _MOMENT.fullmatch(str(value))))
    )
    return tuple(sorted(told))


class _NewFieldRule(SigFieldCreationRule):
    """Fields of time stamps: without actions, and with an empty appearance where a writer gives them one."""

    def apply(self, context: FieldComparisonContext) -> Iterator[tuple[ModificationLevel, FormUpdate]]:
        for spec in context.field_specs.values():
            if spec.old_field_ref is None and spec.new_field is not None:
                _require_plain(spec.new_field)
                _require_stamp(spec.new_field)
                kids = _value(spec.new_field, "/Kids")
                for kid in kids if isinstance(kids, generic.ArrayObject) else ():
                    _require_plain(kid.get_object())
        yield from super().apply(context)


def _require_plain(field: generic.DictionaryObject) -> None:
    is_shown = "/Subtype" in field or "/Rect" in field
    if not field.keys() <= _FIELD or (is_shown and not _is_flat(_value(field, "/Rect"))):
        raise SuspiciousModification("/Fields")


def _is_flat(rectangle: generic.PdfObject | None) -> bool:
    """Whether nothing shows in it, to any reader.

    To pyHanko, what cannot be reckoned has no size: a number that stands elsewhere, a text, a fifth one.
    """
    if not isinstance(rectangle, generic.ArrayObject) or len(rectangle) != 4:
        return False
    left, bottom, right, top = map(rectangle.raw_get, range(4))
    is_plain = all(
        isinstance(one, generic.NumberObject | generic.FloatObject) for one in (left, bottom, right, top)
    )
    return is_plain and (left == right or bottom == top)


def _require_stamp(field: generic.DictionaryObject) -> None:
    value = _value(field, "/V")
    if not isinstance(value, generic.DictionaryObject) or value.get("/Type") != "/DocTimeStamp":
        raise SuspiciousModification("/V")


_RULES: Final[tuple[WhitelistRule, ...]] = (
    _InfoRule(),
    XrefStreamRule(),
    ObjectStreamRule(),
    DSSCompareRule(),
    _MetadataRule(),  # type: ignore[no-untyped-call]
)
_POLICY: Final = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(  # type: ignore[no-untyped-call]
            ignored_keys=frozenset({"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Version"})
        ),
        *(rule.as_qualified(ModificationLevel.LTA_UPDATES) for rule in _RULES),
    ],
    form_rule=FormUpdatingRule(
        field_rules=[_NewFieldRule(), SigFieldModificationRule()],  # type: ignore[no-untyped-call]
        ignored_acroform_keys=frozenset({"/Fields"}),
    ),
    ignore_orphaned_objects=False,
)
