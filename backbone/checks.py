"""What must hold before the platform starts."""

from django.core.checks import Error, register

from backbone.conditions import SLUGS, registered


@register()
def five_conditions(app_configs, **kwargs):
    found = [condition.slug for condition in registered()]
    if found == list(SLUGS):
        return []
    missing = ", ".join(slug for slug in SLUGS if slug not in found)
    return [Error(f"Not all five conditions are registered; missing: {missing}.", id="backbone.E001")]
