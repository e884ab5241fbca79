"""ADX: data values in groups by organisation and interval, their categories as attributes. Source: IHE QRPH ADX."""

from __future__ import annotations

from collections.abc import Iterator

from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.tabular.markup import Node, read_markup
from measures.importing.exchange.values import DataValue

_OF_GROUP = {"orgUnit", "period", "dataSet", "completeDate", "attributeOptionCombo", "comment", "schemaLocation"}
_OF_VALUE = {"dataElement", "value", "categoryOptionCombo", "comment", "schemaLocation"}


def read_values(content: bytes) -> list[DataValue]:
    """Every data value of an ADX file. Raises Refused for the file as a whole."""
    root = read_markup(content)
    if root.name != "adx":
        sentence = gettext_noop("The file begins with <{name}>; an ADX file begins with <adx>.")
        raise Refused(Problem("file.other_format", sentence, {"name": cut(root.name)}))
    return [value for group in root.each("group") for value in _of_group(group)]


def _of_group(group: Node) -> Iterator[DataValue]:
    of_all = [(name, said) for name, said in sorted(group.attributes.items()) if name not in _OF_GROUP]
    for node in group.each("dataValue"):
        own = [(name, said) for name, said in sorted(node.attributes.items()) if name not in _OF_VALUE]
        annotation = node.first("annotation")
        yield DataValue(
            node.line,
            group.get("orgUnit"),
            node.get("dataElement"),
            group.get("period"),
            node.get("categoryOptionCombo"),
            tuple(own + of_all),
            group.get("attributeOptionCombo"),
            node.attributes.get("value"),
            annotation.said() if annotation is not None else node.get("comment"),
        )
