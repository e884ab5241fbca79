"""The columns of a theory of change in files, the same in and out; other headings are those that Kumu writes."""

from __future__ import annotations

from backbone.tabular import Columns

NODE_COLUMNS = Columns(
    ("slug", "label", "sort", "words", "stands_for", "x", "y"),
    required=("label",),
    aliases={
        "id": "slug",
        "short name": "slug",
        "name": "label",
        "type": "sort",
        "element type": "sort",
        "description": "words",
    },
    ignores_unknown=True,
)
LINK_COLUMNS = Columns(
    ("from", "to", "sign", "least", "likely", "most", "evidence", "words", "reference", "confirmed_on"),
    required=("from", "to"),
    aliases={
        "type": "sign",
        "connection type": "sign",
        "polarity": "sign",
        "description": "words",
        "source": "reference",
        "last confirmed": "confirmed_on",
    },
    ignores_unknown=True,
)
