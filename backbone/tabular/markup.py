"""XML from strangers, as a small tree: no document types, no entities, nothing fetched, limits on size and depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from backbone.problems import Problem, Refused, cut, gettext_noop

DEEPEST = 40
MOST_ELEMENTS = 500_000


@dataclass(slots=True)
class Node:
    """One element: its name without its namespace, where it begins, its attributes, its own text, its children."""

    name: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default).strip()

    def each(self, name: str) -> Iterator[Node]:
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> Node | None:
        return next(self.each(name), None)

    def said(self) -> str:
        """Its text without the blanks around it."""
        return self.text.strip()


def read_markup(content: bytes) -> Node:
    """The root of a document. Raises Refused: `file.unsafe_xml`, `file.damaged`, `file.too_deep`, `file.too_many_rows`.

    Attributes of another namespace keep their bare name (xml:lang is "lang"), unless a plain one is there.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    open_nodes: list[Node] = []
    found: list[Node] = []
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS:
            text = gettext_noop("The file has more than {limit} elements. Split it.")
            raise Refused(Problem("file.too_many_rows", text, {"limit": MOST_ELEMENTS}))
        if len(open_nodes) >= DEEPEST:
            text = gettext_noop("Line {row}: elements stand within each other more than {limit} deep.")
            params = {"row": parser.CurrentLineNumber, "limit": DEEPEST}
            raise Refused(Problem("file.too_deep", text, params, row=parser.CurrentLineNumber))
        plain = {key: value for key, value in attributes.items() if " " not in key}
        others = {key.rpartition(" ")[2]: value for key, value in attributes.items() if " " in key}
        node = Node(name.rpartition(" ")[2], parser.CurrentLineNumber, others | plain)
        if open_nodes:
            open_nodes[-1].children.append(node)
        else:
            found.append(node)
        open_nodes.append(node)

    def end(_name: str) -> None:
        open_nodes.pop()

    def text(piece: str) -> None:
        if open_nodes:
            open_nodes[-1].text += piece

    def refuse(*_: object) -> None:
        sentence = gettext_noop("Line {row}: the file declares a document type or entities, which are not read here.")
        hint = gettext_noop("Take the declaration out; a data file needs none.")
        row = parser.CurrentLineNumber
        raise Refused(Problem("file.unsafe_xml", sentence, {"row": row}, hint=hint, row=row))

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # ValueError, LookupError: an unknown encoding
        sentence = gettext_noop("Line {row}: this is not well-formed XML ({detail}).")
        hint = gettext_noop("Export the file again; it was cut off or edited by hand.")
        row = getattr(error, "lineno", 1)
        params = {"row": row, "detail": cut(expat.ErrorString(error.code)) if hasattr(error, "code") else cut(error)}
        raise Refused(Problem("file.damaged", sentence, params, hint=hint, row=row)) from None
    return found[0]
