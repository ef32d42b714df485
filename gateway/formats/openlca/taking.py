"""One object of an entity while it is read: what is taken becomes a field, what is left an extra."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from gateway.codec.jsonread import dump, scalars
from gateway.codec.jsonwrite import compact, language
from gateway.errors import GatewayError, shorten
from gateway.formats.openlca.tables import FAMILY, OWN, UNREAD
from gateway.model.activity import Place
from gateway.model.base import LangText, Missing, Reason
from gateway.model.dataset import Coefficient, Reference
from gateway.model.walk import escape
from gateway.quantity.number import Number
from gateway.report import Fate, Finding, Note, Severity

SCHEME: Final = "openlca"
_EMPTY: Final[tuple[object, ...]] = (None, "", [], {})


@dataclass(slots=True)
class Page:
    """One entity while it is read. ``place`` is its file; pointers in extras are those of the entity."""

    place: str
    codes: Mapping[str, str]  # of locations, by id
    here: frozenset[str]  # the ids of the package
    exchange_number: Callable[[str, object], int | None]
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    dangling: frozenset[str] | None = (
        None  # what a file of ours refers to outside its package; None: not ours
    )
    scheme: str = SCHEME
    is_epd: bool = False
    extras: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(
        self, code: str, at: str, saw: object, severity: Severity = Severity.ERROR, **params: str
    ) -> None:
        """Something is wrong at a pointer of the entity."""
        text = shorten(compact(saw)) if isinstance(saw, (dict, list)) else shorten(str(saw))
        self.findings.append(Finding(code, f"{self.place}#{at}", text, severity, params=params))

    def mend(self, code: str, at: str, saw: object, written: object) -> None:
        """A defect with one certain reading."""
        self.notes.append(
            Note(code, f"{self.place}#{at}", Fate.MENDED, shorten(str(saw)), shorten(str(written)))
        )

    def keep(self, value: Any, at: str, *, fits: bool = True) -> None:  # noqa: ANN401 - JSON
        """What has no field; what does not ``fit`` where it stands is not written there again."""
        for where, scalar in scalars(value, at):
            pointer = where if fits else f"/{UNREAD}/{escape(where)}"
            self.extras[f"{FAMILY}#{pointer}"] = dump(scalar)
            if scalar not in _EMPTY:
                note = Note(
                    "input.kept-as-extra", f"{self.place}#{where}", Fate.UNREAD, shorten(dump(scalar))
                )
                self.notes.append(note)

    def repeats(self, id_: object, at: str) -> bool:
        """Whether a reference repeats what stands in a file of the package."""
        return id_ in self.here if self.dangling is None else at not in self.dangling

    def names(self, text: str, at: str) -> LangText:
        """A text in the languages that our own member tells, else in the one that it looks like."""
        told = self.texts.get(at)
        if told is not None and text in told.values():
            return LangText(dict(told))
        return LangText({language(text): text})


class Taking:
    """One object. ``at`` is the pointer under which its leftovers are kept."""

    __slots__ = ("at", "left", "page")

    def __init__(self, page: Page, value: Mapping[str, Any], at: str) -> None:
        self.page = page
        self.left = dict(value)
        self.at = at
        self.left.pop("@type", None)

    def take(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """The member as it stands; None where it is absent or null."""
        value = self.left.get(name)
        if value is not None:
            del self.left[name]
        return value

    def string(self, name: str) -> str | None:
        """A text; an empty one says nothing and stays an extra."""
        value = self.left.get(name)
        if not isinstance(value, str):
            if value is not None:
                self._wrong(name, value, "string")
            return None
        if value == "":
            return None
        del self.left[name]
        return value

    def names(self, name: str) -> LangText | None:
        """A text of which the language is not told."""
        value = self.string(name)
        return None if value is None else self.page.names(value, f"{self.at}/{escape(name)}")

    def number(self, name: str) -> Coefficient:
        """A number, exactly as it stands."""
        value = self.take(name)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                found = Number.read(value)
            except GatewayError:
                self._wrong(name, value, "double")
                return Missing(missing=Reason.UNREADABLE, text=value)
            where = f"{self.at}/{escape(name)}"
            self.page.find("openlca.number-as-text", where, value, Severity.WARNING)
            self.page.mend("openlca.number-as-text", where, value, found)
            return found
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            self._wrong(name, value, "double")
            return Missing(missing=Reason.UNREADABLE, text=shorten(str(value)))
        try:
            return Number(Decimal(value), str(value))
        except GatewayError:
            self._wrong(name, value, "double")
            return Missing(missing=Reason.UNREADABLE, text=shorten(str(value)))

    def flag(self, name: str) -> bool | None:
        """True or false."""
        value = self.take(name)
        if value is None or isinstance(value, bool):
            return value
        if value in ("true", "false"):
            where = f"{self.at}/{escape(name)}"
            self.page.find("openlca.flag-as-text", where, value, Severity.WARNING)
            self.page.mend("openlca.flag-as-text", where, value, value)
            return bool(value == "true")
        self._wrong(name, value, "boolean")
        return None

    def reference(self, name: str) -> Reference:
        """A reference to an entity; what it repeats of it is left out where the package has it."""
        value = self.take(name)
        if value is None:
            return Reference()
        if not isinstance(value, dict):
            self._wrong(name, value, "Ref")
            return Reference()
        return self._reference(value, f"{self.at}/{escape(name)}")

    def references(self, name: str) -> tuple[Reference, ...]:
        """A list of references."""
        found = []
        for index, item in enumerate(self.list(name)):
            where = f"{self.at}/{escape(name)}/{index}"
            if isinstance(item, dict):
                found.append(self._reference(item, where))
            else:
                self.page.find("openlca.wrong-type", where, item, type="Ref")
                self.page.keep(item, where, fits=False)
        return tuple(found)

    def _reference(self, value: Mapping[str, Any], at: str) -> Reference:
        own = Taking(self.page, value, at)
        id_, name = own.take("@id"), own.names("name")
        if not isinstance(id_, str):
            own.left["@id"] = id_
            id_ = None
        else:
            id_ = id_.lower() if id_.lower() in self.page.here else id_
        if id_ is not None and self.page.repeats(id_, at):
            own.left.clear()
        own.keep()
        return Reference(uuid=id_, name=name)

    def list(self, name: str) -> list[Any]:
        """A list; empty where it is absent."""
        value = self.left.get(name)
        if not isinstance(value, list):
            if value is not None:
                self._wrong(name, value, "List")
            return []
        if value:
            del self.left[name]
        return value

    def items(self, name: str, of: str) -> Iterator[tuple[int, Taking]]:
        """The objects of a list, each with its position."""
        for index, item in enumerate(self.list(name)):
            where = f"{self.at}/{escape(name)}/{index}"
            if isinstance(item, dict):
                yield index, Taking(self.page, item, where)
            else:
                self.page.find("openlca.wrong-type", where, item, type=of)
                self.page.keep(item, where, fits=False)

    def inside(self, name: str) -> Taking | None:
        """An object in place."""
        value = self.take(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(name, value, "object")
            return None
        return Taking(self.page, value, f"{self.at}/{escape(name)}")

    def location(self, name: str = "location") -> Place | Missing | None:
        """The place that a location stands for, by its code."""
        from gateway.formats.openlca.tables import known_locations, location_id

        value = self.take(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(name, value, "Ref")
            return None
        id_, label = value.get("@id"), value.get("name")
        code = self.page.codes.get(str(id_))
        if code is None and isinstance(label, str) and location_id(label) == id_:
            code = label
        code = code or known_locations().get(str(id_))
        where = f"{self.at}/{escape(name)}"
        if code is None:
            self.page.find("openlca.location-without-code", where, label or id_)
            self.page.keep(value, where)
            return Missing(missing=Reason.UNREADABLE, text=shorten(str(label or id_)))
        if id_ != location_id(code):
            self.page.extras[f"{FAMILY}#{where}/@id"] = dump(id_)
        return Place(code=code, scheme=self.page.scheme)

    def keep(self) -> None:
        """Whatever is left becomes extras."""
        for name, value in self.left.items():
            if value is None:  # as if it were absent
                continue
            self.page.keep(value, f"{self.at}/{escape(name)}")
        self.left = {}

    def _wrong(self, name: str, value: object, wanted: str) -> None:
        where = f"{self.at}/{escape(name)}"
        self.left.pop(name, None)
        self.page.find("openlca.wrong-type", where, value, type=wanted)
        self.page.keep(value, where, fits=False)


@dataclass(frozen=True, slots=True)
class Own:
    """What our own member of an entity tells: texts and ids by pointer, and the scheme of its place codes."""

    texts: Mapping[str, Mapping[str, str]]
    ids: Mapping[str, str]
    scheme: str
    dangling: frozenset[str] | None
    process: Mapping[str, Any] = field(default_factory=dict)  # of an EPD, what openLCA has no member for
    results: list[dict[str, Any]] | None = None
    scenarios: object = None
    modules: tuple[Mapping[str, Any], ...] = ()  # of a process with an inventory: where its results stand
    methodologies: tuple[str, ...] = ()  # of an impact category


def own_member(document: dict[str, Any]) -> Own:
    """Our own member; it is taken out."""
    told = document.pop(OWN, None)
    is_ours = isinstance(told, dict)
    told = told if isinstance(told, dict) else {}
    texts, ids, scheme = told.get("texts"), told.get("ids"), told.get("placeScheme")
    process, results = told.get("process"), told.get("results")
    by_place = texts.items() if isinstance(texts, dict) else ()
    found = {
        at: by_language
        for at, by_language in by_place
        if isinstance(by_language, dict) and all(isinstance(text, str) for text in by_language.values())
    }
    named = ids.items() if isinstance(ids, dict) else ()
    modules, methods = told.get("modules"), told.get("methodologies")
    return Own(
        found,
        {at: id_ for at, id_ in named if isinstance(id_, str)},
        scheme if isinstance(scheme, str) and scheme else SCHEME,
        frozenset(at for at in told.get("dangling", ()) if isinstance(at, str)) if is_ours else None,
        process if isinstance(process, dict) else {},
        [one for one in results if isinstance(one, dict)] if isinstance(results, list) else None,
        told.get("scenarios"),
        tuple(one for one in modules if isinstance(one, dict)) if isinstance(modules, list) else (),
        tuple(one for one in methods if isinstance(one, str)) if isinstance(methods, list) else (),
    )
