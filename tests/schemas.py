"""What a data package has to be, written down from its specification: https://specs.frictionlessdata.io/ (version 1:
data-package, data-resource, tabular-data-resource, table-schema, csv-dialect)."""

from __future__ import annotations

NAME = {"type": "string", "pattern": "^[-a-z0-9._/]+$"}
# A path is relative and goes neither up nor to a root, or it is an address.
PATH = {"type": "string", "pattern": r"^(?=^[^./~])(^((?!\.{2}).)*$).*$"}
LINK = {"type": "string", "format": "uri", "pattern": "^https?://"}
FIELD_TYPES = [
    "string", "number", "integer", "boolean", "object", "array", "date", "time", "datetime", "year", "yearmonth",
    "duration", "geopoint", "geojson", "any",
]  # fmt: skip

FIELD = {
    "type": "object",
    "required": ["name", "type"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "type": {"enum": FIELD_TYPES},
        "format": {"type": "string"},
        "constraints": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "required": {"type": "boolean"},
                "unique": {"type": "boolean"},
                "enum": {"type": "array", "minItems": 1, "uniqueItems": True},
                "pattern": {"type": "string"},
                "minimum": {},
                "maximum": {},
                "minLength": {"type": "integer"},
                "maxLength": {"type": "integer"},
            },
        },
    },
}
NAMES_OF_FIELDS = {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": {"type": "string"}}]}
TABLE_SCHEMA = {
    "type": "object",
    "required": ["fields"],
    "properties": {
        "fields": {"type": "array", "minItems": 1, "items": FIELD},
        "missingValues": {"type": "array", "items": {"type": "string"}},
        "primaryKey": NAMES_OF_FIELDS,
        "foreignKeys": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["fields", "reference"],
                "properties": {
                    "fields": NAMES_OF_FIELDS,
                    "reference": {
                        "type": "object",
                        "required": ["resource", "fields"],
                        "properties": {"resource": {"type": "string"}, "fields": NAMES_OF_FIELDS},
                    },
                },
            },
        },
    },
}
DIALECT = {
    "type": "object",
    "properties": {
        "delimiter": {"type": "string"},
        "lineTerminator": {"enum": ["\r\n", "\n"]},
        "quoteChar": {"type": "string", "maxLength": 1},
        "doubleQuote": {"type": "boolean"},
        "header": {"type": "boolean"},
    },
}
LICENCE = {
    "type": "object",
    "anyOf": [{"required": ["name"]}, {"required": ["path"]}],
    "properties": {
        "name": {"type": "string", "pattern": "^[-a-zA-Z0-9._]+$"},
        "path": LINK,
        "title": {"type": "string"},
    },
}
SOURCE = {
    "type": "object",
    "required": ["title"],
    "properties": {"title": {"type": "string"}, "path": LINK, "email": {"type": "string", "format": "email"}},
}
RESOURCE = {
    "type": "object",
    "required": ["name", "path", "schema", "profile"],
    "properties": {
        "profile": {"const": "tabular-data-resource"},
        "name": NAME,
        "path": PATH,
        "title": {"type": "string"},
        "format": {"type": "string"},
        "mediatype": {"type": "string", "pattern": "^(.+)/(.+)$"},
        "encoding": {"type": "string"},
        "bytes": {"type": "integer"},
        "hash": {"type": "string", "pattern": "^([^:]+:[a-fA-F0-9]+|[a-fA-F0-9]{32})$"},
        "schema": TABLE_SCHEMA,
        "dialect": DIALECT,
    },
}
DATA_PACKAGE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["resources", "name"],
    "properties": {
        "profile": {"const": "tabular-data-package"},
        "name": NAME,
        "id": {"type": "string"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "keywords": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "contributors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["title"],
                "properties": {"role": {"enum": ["author", "publisher", "maintainer", "wrangler", "contributor"]}},
            },
        },
        "licenses": {"type": "array", "minItems": 1, "items": LICENCE},
        "sources": {"type": "array", "minItems": 1, "items": SOURCE},
        "resources": {"type": "array", "minItems": 1, "items": RESOURCE, "uniqueItems": True},
    },
}
