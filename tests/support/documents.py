"""The project's documents taken apart: code blocks, commands, links, names of files and modules."""

import re
from dataclasses import dataclass

from support.places import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")),
             ROOT / "benchmarks" / "README.md"]  # fmt: skip
FENCE = re.compile(
    r"(?:<!-- (?P<remark>.*?) -->\n)?^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced piece of code; `<!-- not run: REASON -->` or `<!-- needs MODULE -->` may stand on the line above."""

    place: str
    language: str
    code: str
    remark: str

    @property
    def not_run(self):
        return self.remark.removeprefix("not run: ") if self.remark.startswith("not run: ") else ""

    @property
    def needs(self):
        return self.remark.removeprefix("needs ").split() if self.remark.startswith("needs ") else []


def name_of(path):
    return str(path.relative_to(ROOT))


def blocks(language):
    """All blocks of a language, with their places for the names of tests."""
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            if found["language"] == language:
                line = text.count("\n", 0, found.start("code"))
                yield Block(f"{name_of(path)}:{line}", language, found["code"], found["remark"] or "")


def prose(path):
    """Text without fenced blocks."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def commands(path):
    """`semivis ...` in fenced shell blocks, indented lines and code spans, without comments."""
    text = path.read_text(encoding="utf-8")
    shell = "\n".join(m["code"] for m in FENCE.finditer(text) if m["language"] in ("bash", "sh", "console"))
    indented = [line.strip() for line in prose(path).splitlines() if line.startswith("    ")]
    lines = [*shell.splitlines(), *indented, *SPAN.findall(prose(path))]
    found = (re.split(r"\s+#|\s{3,}", line.strip().removeprefix("$ "))[0] for line in lines)
    return list(dict.fromkeys(line for line in found if line.startswith("semivis ")))


def links(path):
    """Targets of links inside the project, with their anchors."""
    return [target for target in LINK.findall(prose(path)) if "://" not in target]


def spans(path):
    """Code spans of the prose."""
    return SPAN.findall(prose(path))


def anchors(path):
    """Anchors of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
