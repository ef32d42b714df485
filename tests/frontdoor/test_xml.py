"""XML: no DOCTYPE in any disguise, one encoding seen by all checks, bounded shape, full values."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gateway.errors import InputError
from gateway.frontdoor import limits as lim
from gateway.frontdoor import xml


def refusal(data: bytes, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        xml.parse(data, **options)
    return caught.value


DOCTYPE = '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BEHIND = [
    "",
    '<?xml version="1.0"?>',
    "\n\n  \t\r\n",
    "<!-- a comment -->",
    "<!-- <p/> -->",
    "<!---->",
    "<?pi <p/> ?>",
    "<?a?><!-- b -->\n<?c d?>",
    '<?xml version="1.0"?><!-- ?> --><?x -- ?>\n',
    "<!-- " + "x" * 100_000 + " -->",
]


class TestDoctype:
    """Every document type declaration is refused before the parser sees it."""

    @pytest.mark.parametrize("before", BEHIND)
    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"])
    def test_wherever_and_in_whatever_encoding_it_stands(self, before: str, codec: str) -> None:
        text = f"{before}{DOCTYPE}<p>&x;</p>"
        if codec.endswith("-bom"):
            data = ("\ufeff" + text).encode(codec.removesuffix("-bom"))
        else:
            data = text.encode(codec)
        assert refusal(data).error_code == "xml.doctype"

    @pytest.mark.parametrize(
        "doctype",
        [
            "<!DOCTYPE p>",
            "<!DOCTYPE\np SYSTEM 'http://127.0.0.1:9/e.dtd'>",
            "<!DOCTYPE p PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd'>",
            "<!DOCTYPE p [<!ENTITY % e SYSTEM 'http://127.0.0.1:9/e'> %e;]>",
            "<!DOCTYPE p [<!ATTLIST p a CDATA 'default'>]>",
            "<!doctype html>",
            "<!DocType p>",
        ],
    )
    def test_in_every_form(self, doctype: str) -> None:
        error = refusal(f'<?xml version="1.0"?>\n{doctype}<p/>'.encode())
        assert (error.error_code, error.path) == ("xml.doctype", "line 2, column 1")

    @pytest.mark.parametrize("declared", ["gb18030", "GBK", "iso-8859-1", "windows-1252", "us-ascii"])
    def test_in_declared_encodings(self, declared: str) -> None:
        assert (
            refusal(f'<?xml version="1.0" encoding="{declared}"?>{DOCTYPE}<p/>'.encode()).error_code
            == "xml.doctype"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "<!-- <!DOCTYPE p> --><p/>",
            "<p><!-- <!DOCTYPE p> --></p>",
            "<p><![CDATA[<!DOCTYPE p>]]></p>",
            "<?note <!DOCTYPE p> ?><p/>",
            "<p>&lt;!DOCTYPE p&gt;</p>",
            "<p a='&lt;!DOCTYPE p>'/>",
            "<p/><!-- <!DOCTYPE p> -->",
        ],
    )
    def test_the_words_alone_are_no_declaration(self, text: str) -> None:
        assert xml.parse(text.encode()).tag == "p"

    @pytest.mark.parametrize("text", ["<p><!DOCTYPE p></p>", "<p/><!DOCTYPE p>", "<p <!DOCTYPE p>/>"])
    def test_in_a_wrong_place_it_is_a_syntax_error(self, text: str) -> None:
        assert refusal(text.encode()).error_code == "xml.syntax"

    def test_bombs_are_refused_at_once(self) -> None:
        entities = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(12))
        start = time.perf_counter()
        assert (
            refusal(f'<!DOCTYPE p [<!ENTITY a0 "x">{entities}]><p>&a12;</p>'.encode()).error_code
            == "xml.doctype"
        )
        assert time.perf_counter() - start < 0.1


class TestEntities:
    """Only the five of XML and character references."""

    def test_the_five_and_character_references_are_read(self) -> None:
        assert xml.parse(b"<p>&amp;&lt;&gt;&quot;&apos;&#65;&#x78b3;</p>").text == "&<>\"'A碳"

    @pytest.mark.parametrize("text", ["<p>&nbsp;</p>", "<p a='&x;'/>", "<p>&xxe;</p>"])
    def test_others_are_refused(self, text: str) -> None:
        assert refusal(text.encode()).error_code == "xml.entity"

    @pytest.mark.parametrize(
        "text", ["<p>&#0;</p>", "<p>&#x1;</p>", "<p>&#xD800;</p>", "<p>&#xFFFE;</p>", "<p>&#x110000;</p>"]
    )
    def test_references_to_what_is_no_character_are_refused(self, text: str) -> None:
        assert refusal(text.encode()).error_code == "xml.syntax"


class TestEncoding:
    """What is declared is what is read; anything doubtful is refused."""

    TEXT = "<p>碳 é</p>"

    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("declared", ["", "utf-8", "UTF-8"])
    def test_unicode_reads_the_same(self, codec: str, declared: str) -> None:
        if codec == "utf-16" and declared:
            declared = "utf-16"
        declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
        assert xml.parse((declaration + self.TEXT).encode(codec)).text == "碳 é"

    @pytest.mark.parametrize(
        ("declared", "codec", "text"),
        [
            ("GB2312", "gb2312", "碳足迹"),
            ("gbk", "gbk", "碳足迹"),
            ("GB18030", "gb18030", "碳足迹 é 😀"),
            ("ISO-8859-1", "latin-1", "é ü"),
            ("Windows-1252", "cp1252", "é – €"),
            ("US-ASCII", "ascii", "e"),
        ],
    )
    def test_declared_encodings_are_read(self, declared: str, codec: str, text: str) -> None:
        data = f'<?xml version="1.0" encoding="{declared}"?><p>{text}</p>'.encode(codec)
        assert xml.parse(data).text == text

    @pytest.mark.parametrize(
        "declared",
        ["UTF-7", "utf-7", "UTF-32", "UCS-4", "EBCDIC-CP-US", "cp037", "utf-16", "UTF-16LE", "hz-gb-2312",
         "iso-2022-cn", "iso-2022-jp", "x-user-defined", "rot13", "unicode_escape", "idna", "",
         "nonsense"],
    )  # fmt: skip
    def test_others_are_refused_by_name(self, declared: str) -> None:
        if not declared:
            assert xml.parse(b'<?xml version="1.0"?><p/>').tag == "p"
            return
        assert (
            refusal(f'<?xml version="1.0" encoding="{declared}"?><p/>'.encode()).error_code == "xml.encoding"
        )

    @pytest.mark.parametrize(
        "data",
        [
            "<p/>".encode("utf-16-le"),
            "<p/>".encode("utf-16-be"),
            "<p/>".encode("utf-32"),
            "<p/>".encode("utf-32-be"),
            b'\xef\xbb\xbf<?xml version="1.0" encoding="GBK"?><p/>',
            '\ufeff<?xml version="1.0" encoding="utf-8"?><p/>'.encode("utf-16-le"),
            "\ufeff<p>".encode("utf-16-le") + b"\x00\xd8</p>",
            b"<p>\xff</p>",
            b"<p>\xc0\xbc</p>",
            b"<p>\xed\xa0\x80</p>",
            "<p>é</p>".encode("latin-1"),
            '<?xml version="1.0" encoding="us-ascii"?><p>é</p>'.encode(),
            b'<?xml version="1.0" encoding="gb18030"?><p>\xff</p>',
            b'<?xml version="1.0"' + b" " * 600 + b'encoding="UTF-7"?><p/>',
        ],
    )
    def test_contradictions_and_broken_bytes_are_refused(self, data: bytes) -> None:
        assert refusal(data).error_code == "xml.encoding"

    def test_ebcdic_is_refused(self) -> None:
        assert refusal('<?xml version="1.0" encoding="cp037"?><p/>'.encode("cp037")).error_code.startswith(
            "xml."
        )


class TestShape:
    """Depth, attributes, nodes, text and size are bounded, each with its name."""

    @pytest.mark.parametrize("times", [300, 100_000])
    def test_depth(self, times: int) -> None:
        assert refusal(b"<a>" * times).error_code == "xml.too-deep"

    def test_documented_depth_passes(self) -> None:
        xml.parse(b"<a>" * lim.XML_DEPTH + b"</a>" * lim.XML_DEPTH)

    def test_attributes_at_the_root_and_deep_inside(self) -> None:
        flood = " ".join(f'a{i}=""' for i in range(300))
        assert refusal(f"<p {flood}/>".encode()).error_code == "xml.too-many-attributes"
        error = refusal(f"<p><q/><q>\n<r {flood}/></q></p>".encode())
        assert (error.error_code, error.path, error.saw) == (
            "xml.too-many-attributes",
            "/p/q[2]/r (line 2)",
            "300",
        )

    @pytest.mark.parametrize(
        "data",
        [
            b"<p>" + b"<a/>" * 800_000 + b"</p>",
            b"<p " + b" ".join(b"a%d=''" % i for i in range(800_000)) + b"/>",
            b"<p " + b" ".join(b"xmlns:a%d='%d'" % (i, i) for i in range(800_000)) + b"/>",
        ],
    )
    def test_floods_of_nodes_are_refused_before_they_are_built(self, data: bytes) -> None:
        start = time.perf_counter()
        assert refusal(data).params["name"] == "max_nodes"
        assert time.perf_counter() - start < 0.5

    @pytest.mark.parametrize("data", [b"<p>%s</p>", b"<p a='%s'/>", b"<p><![CDATA[%s]]></p>"])
    def test_a_huge_text(self, data: bytes) -> None:
        assert refusal(data % (b"x" * 12_000_000)).error_code == "xml.too-large"

    def test_size(self) -> None:
        small = replace(lim.XML, max_bytes=5)
        assert refusal(b"<pp/>x", limits=small).params["name"] == "max_bytes"
        assert xml.parse(b"<pp/>", limits=small).tag == "pp"

    @pytest.mark.parametrize("data", [b"", b"  \n", b"\xef\xbb\xbf"])
    def test_nothing(self, data: bytes) -> None:
        assert refusal(data).error_code == "xml.empty"

    @pytest.mark.parametrize(
        "text",
        ["<p/><p/>", "<p/>x", "x<p/>", "<p", "<p>", "</p>", "<p a='1' a='2'/>", "<p a=1/>", "<x:p/>",
         "<p>]]></p>", "<p>\x00</p>", "<p/>\x00", " <?xml version='1.0'?><p/>",
         "<?xml version='2.0'?><p/>", "<!-- a -- b --><p/>", "<p a='<'/>",
         "<p xmlns:a='x' xmlns:b='x' a:c='1' b:c='2'/>", "<p>\uffff</p>"],
    )  # fmt: skip
    def test_what_is_not_well_formed_is_refused(self, text: str) -> None:
        error = refusal(text.encode())
        assert error.error_code == "xml.syntax"
        assert error.path.startswith("line 1, column ")


class TestValues:
    """What stands inside a value never cuts it."""

    @pytest.mark.parametrize(
        "inner",
        ["61.25", "6<!-- -->1.25", "6<![CDATA[1.25]]>", "<![CDATA[61]]>.<![CDATA[25]]>", "6<?x 9?>1.25",
         "<!-- 9 -->61.25", "61.25<!-- 9 --><?y?>", "&#54;1<!---->.<![CDATA[2]]>5"],
    )  # fmt: skip
    def test_text_is_whole(self, inner: str) -> None:
        element = xml.parse(f"<p><v>{inner}</v></p>".encode())[0]
        assert element.text == xml.text_of(element) == "61.25"

    def test_comments_and_instructions_are_no_children(self) -> None:
        root = xml.parse(b"<?a?><p><!-- x --><q/><?b?></p><!-- y -->")
        assert [child.tag for child in root] == ["q"]
        assert root.getprevious() is None

    def test_text_of_joins_what_its_children_hold(self) -> None:
        assert xml.text_of(xml.parse(b"<p>a<q>b</q>c</p>")) == "abc"

    def test_nothing_is_included_or_defaulted(self) -> None:
        include = '<xi:include href="/etc/hostname" parse="text"/>'
        text = f'<p xmlns:xi="http://www.w3.org/2001/XInclude">{include}</p>'
        assert xml.text_of(xml.parse(text.encode())) == ""

    def test_place_names_element_position_and_line(self) -> None:
        root = xml.parse(b"<p xmlns='u'>\n<q/>\n<q><r/></q></p>")
        assert xml.place(root[1][0]) == "/p/q[2]/r (line 3)"
        assert xml.place(root) == "/p (line 1)"


class TestNumbers:
    """XML Schema's lexical forms and no others."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1", "1"),
            ("+1.50", "1.50"),
            ("-.5", "-0.5"),
            ("1.", "1"),
            ("\n\t 007 \r", "7"),
            ("-0.0", "-0.0"),
            ("0" * 20, "0"),
        ],
    )
    def test_decimal_accepts(self, text: str, value: str) -> None:
        assert str(xml.decimal(text)) == value

    @pytest.mark.parametrize(
        "text",
        ["", " ", ".", "+", "-", "1e5", "1E5", "INF", "NaN", "1,5", "1 000", "1_000", "0x10", "１２", "١٢",
         "1.2.3", "--1", "\u00a01", "1\u3000", "1\x0c", "½", "²", "1;", "Infinity"],
    )  # fmt: skip
    def test_decimal_refuses(self, text: str) -> None:
        with pytest.raises(InputError) as caught:
            xml.decimal(text, path="/p/v")
        assert (caught.value.error_code, caught.value.path) == ("number.not-a-decimal", "/p/v")

    @pytest.mark.parametrize(
        ("text", "value"), [("1e-7", "1E-7"), ("1.E+2", "1E+2"), (".5e0", "0.5"), (" 12.50 ", "12.50")]
    )
    def test_double_keeps_every_digit(self, text: str, value: str) -> None:
        assert str(xml.double(text)) == value

    @pytest.mark.parametrize("text", ["INF", "-INF", "NaN", " NaN ", "+INF"])
    def test_double_refuses_what_is_no_amount(self, text: str) -> None:
        with pytest.raises(InputError, match="not-finite"):
            xml.double(text)

    @pytest.mark.parametrize(
        "text", ["1e400", "1e-400", "-1e309", "1.8E308", "1e-2000000", "0e-999999", "9" * 2000]
    )
    def test_double_refuses_what_others_cannot_hold(self, text: str) -> None:
        with pytest.raises(InputError, match="out-of-range"):
            xml.double(text)

    @pytest.mark.parametrize(
        "text", ["nan", "inf", "Infinity", "1e", "e5", "1e5.5", "1e+", "1e1000000000", "0x1p3", "1d5"]
    )
    def test_double_refuses_other_spellings(self, text: str) -> None:
        with pytest.raises(InputError, match="not-a-double"):
            xml.double(text)

    def test_the_largest_and_smallest_doubles_pass(self) -> None:
        assert xml.double("1.7976931348623157e308") == Decimal("1.7976931348623157e308")
        assert xml.double("4.9406564584124654e-324") > 0
