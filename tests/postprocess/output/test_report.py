"""Report: self-contained, escaped, with the numbers it was given."""

import base64
import struct
import zlib
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from postprocess.output.report import Comparison, Figure, Table, compare, render_report, write_report
from semivis_gen.errors import OutputError

LABELS = {
    "K_benchmark": ("K at the benchmark point", ""),
    "m_aprime_max_gminus2_GeV": ("reach", "GeV"),
    "compact_hcal_max_splitting": ("largest covered f", ""),
    "wall_time_s": ("wall time", "s"),
}
EVIL = "<script>alert('x')</script> & \"quotes\""


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


class Reader(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.sources, self.words, self.open = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sources += [v for k, v in attrs if k in ("src", "href")]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def content(**changes):
    return {
        "title": "NA64 recast",
        "introduction": "Ran it.",
        "comparisons": [Comparison("mass reach", 0.392, 0.012, 0.39, None, "GeV", "NA64:2021acr")],
        "figures": [Figure("Figure 4", "Exclusion", png())],
        "tables": [Table("Contour", {"m_aprime_GeV": [0.1, 0.2], "epsilon_low": [1.23456e-5, None], "n": [1, 2]})],
        "notes": ["Efficiencies are assumed."],
        "provenance": {"semivis": "0.1.0", "card na64-2018": "ab" * 32},
    } | changes


def test_everything_is_there_and_well_formed():
    page = Reader(render_report(**content()))
    assert page.open == []
    text = " ".join(page.words)
    for wanted in (
        "NA64 recast",
        "Ran it.",
        "0.392 ± 0.012",
        "0.39",
        "1.01",
        "NA64:2021acr",
        "1.235e-05",
        "Efficiencies",
        "ab" * 32,
    ):
        assert wanted in text


def test_nothing_comes_from_outside():
    html = render_report(**content())
    page = Reader(html)
    assert page.sources == ["data:image/png;base64," + base64.b64encode(png()).decode()]
    assert "http://" not in html
    assert "https://" not in html
    assert not {"script", "link", "iframe", "a"} & set(page.tags)


def test_all_text_is_escaped():
    html = render_report(
        title=EVIL,
        introduction=EVIL,
        comparisons=[Comparison(EVIL, 1.0, unit=EVIL, remark=EVIL)],
        figures=[Figure(EVIL, EVIL, png())],
        tables=[Table(EVIL, {EVIL: [EVIL]}, EVIL)],
        notes=[EVIL],
        provenance={EVIL: EVIL},
    )
    assert "<script" not in html
    page = Reader(html)
    assert page.open == []
    assert "".join(page.words).count(EVIL) == 15


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (0.6430, 0.0004, "0.64300 ± 0.00040"),
        (0.39, None, "0.39"),
        (3.21e-5, 1.2e-6, "(3.21 ± 0.12)e-5"),
        (42.0, 13.0, "42 ± 13"),
        (2.84e11, 1e9, "(2.840 ± 0.010)e11"),
        (0.0, 0.1, "0.00 ± 0.10"),
        (1.0, 0.0, "1"),
    ],
)
def test_numbers_show_two_digits_of_their_error(value, error, shown):
    assert f"<td>{shown}</td>" in render_report(**content(comparisons=[Comparison("x", value, error)]))


def quantity(value, error=None, note=None):
    return SimpleNamespace(value=value, error=error, source="KEY", note=note)


def test_summary_beside_the_paper():
    summary = {
        "K_benchmark": 0.643,
        "K_benchmark_error": 0.0001,
        "K_benchmark_error_of": "radiation",
        "K_benchmark_note": "at 0.3 GeV",
        "m_aprime_max_gminus2_GeV": 0.40,
        "m_aprime_max_gminus2_GeV_error": None,
        "m_aprime_max_gminus2_GeV_error_of": "none: the scan ends there",
        "m_aprime_max_gminus2_GeV_comparable": False,
        "compact_hcal_max_splitting": None,
        "version": "1",
    }
    published = {
        "K_benchmark": quantity(0.64, 0.004, "two codes"),
        "m_aprime_max_gminus2_GeV": quantity(0.39),
        "rcut_efficiency_mean": quantity(0.52),
    }
    k, reach, compact = compare(summary, published, labels=LABELS)
    assert k == Comparison(
        *("K at the benchmark point", 0.643, 0.0001, 0.64, 0.004, "", "KEY, two codes; at 0.3 GeV", "radiation")
    )
    assert (reach.error, reach.published, reach.unit, reach.comparable) == (None, 0.39, "GeV", False)
    assert (compact.value, compact.published) == (None, None)
    assert "<td>none</td>" in render_report(**content(comparisons=[compact]))


def test_no_ratio_of_different_quantities():
    same, other = (Comparison("x", 0.4, None, 0.8, uncertain="of it", comparable=c) for c in (True, False))
    cells = "<td>of it</td><td>0.8</td>"
    assert f"{cells}<td>0.5</td>" in render_report(**content(comparisons=[same]))
    assert f"{cells}<td></td>" in render_report(**content(comparisons=[other]))


def test_empty_report():
    page = Reader(render_report(title="t", introduction="i"))
    assert "h2" not in page.tags


def test_file(tmp_path):
    (tmp_path / "fig.png").write_bytes(png())
    path = tmp_path / "report.html"
    write_report(path, **content(figures=[Figure("f", "c", tmp_path / "fig.png")]))
    assert path.read_text(encoding="utf-8") == render_report(**content(figures=[Figure("f", "c", png())]))


def test_bad_figures(tmp_path):
    with pytest.raises(OutputError, match="'f': cannot read"):
        render_report(**content(figures=[Figure("f", "c", tmp_path / "no.png")]))
    with pytest.raises(OutputError, match="not a PNG"):
        render_report(**content(figures=[Figure("f", "c", b"GIF")]))
    with pytest.raises(OutputError, match="does not exist"):
        write_report(tmp_path / "no" / "report.html", **content())


def test_a_number_without_error_is_not_its_own_error():
    rows = compare({"wall_time_s": 62.0, "K_benchmark": 0.64}, {}, labels=LABELS)
    assert {row.label: row.error for row in rows} == {"wall time": None, "K at the benchmark point": None}
