"""How forms draw themselves: Django's own mechanism with our templates (`templates/django/forms/`)."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class BackboneFormRenderer(TemplatesSetting):
    """`{{ form }}`, `{{ form.as_div }}` and `{{ form.field.as_field_group }}` in our dress.

    Widgets come from the project's templates too; `django.forms` is in INSTALLED_APPS for those we leave as they are.
    """

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"
