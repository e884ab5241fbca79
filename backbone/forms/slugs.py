"""Short names that are made from names, for every form that asks for one."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

LONGEST = 50


def short_name(name: str) -> str:
    """A short name made from a name; empty when there is nothing in it to make one from."""
    return slugify(name).replace("_", "-")[:LONGEST].strip("-")


class SlugFromName:
    """A form whose `slug`, left empty, is made from another field. Where the form has no such field it does nothing."""

    slug_from = "name"
    no_slug = _("No short name can be made from this name: write one.")

    def clean(self) -> Any:
        cleaned: Any = super().clean()  # type: ignore[misc]  # a form's, further on
        fields, errors = self.fields, self.errors  # type: ignore[attr-defined]
        name = cleaned.get(self.slug_from)
        if "slug" in fields and not cleaned.get("slug") and name and "slug" not in errors:
            cleaned["slug"] = short_name(name)
            if not cleaned["slug"]:
                self.add_error("slug", self.no_slug)  # type: ignore[attr-defined]
        return cleaned
