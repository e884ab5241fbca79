"""Publications as an Atom feed: what was published, in a sentence, and where it is to be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backbone.models import Initiative, Publication, PublishedBody, Tenant
from backbone.selectors.publications import EditionName
from backbone.tenancy import active_tenant_id
from backbone.views.published import Door
from backbone.views.rendered import headline_of, span_name

ENTRIES = 20


class EditionFeed(Feed):
    """The publications of an initiative that are to be had through a door, the latest first."""

    feed_type = Atom1Feed

    def __init__(
        self,
        initiative: Initiative,
        publications: Sequence[Publication],
        door: Door,
        at: Callable[[Publication], str] | None = None,
    ):
        """`at` gives each publication's own address; without it all are read at the door's."""
        self.initiative, self.door, self.at = initiative, door, at
        self.publications = publications[:ENTRIES]
        self.tenant = Tenant.objects.get(pk=active_tenant_id())
        bodies = PublishedBody.objects.filter(publication__in=self.publications, audience=door.audience)
        self.bodies = {body.publication_id: body for body in bodies}
        self.language = get_language()

    def title(self) -> str:
        return _("%(initiative)s: what is published") % {"initiative": self.initiative.name}

    def subtitle(self) -> str:
        return self.tenant.name

    def author_name(self) -> str:
        return self.tenant.name

    def link(self) -> str:
        return settings.SITE_URL + self.door.page

    def feed_url(self) -> str:
        return settings.SITE_URL + self.door.feed

    def items(self) -> Sequence[Publication]:
        return self.publications

    def item_title(self, item: Publication) -> str:
        return _("%(span)s, version %(version)s") % {"span": span_name(item), "version": item.version}

    def item_description(self, item: Publication) -> str:
        return headline_of(self.bodies[item.pk].content)

    def item_link(self, item: Publication) -> str:
        return settings.SITE_URL + (self.door.page if self.at is None else self.at(item))

    def item_guid(self, item: Publication) -> str:
        """RFC 4151: the same for one publication wherever it is read, and for good."""
        name = f"{self.tenant.slug}/{self.initiative.slug}/{EditionName.of(item)}"
        return f"tag:{urlsplit(settings.SITE_URL).hostname},{item.published_at:%Y-%m-%d}:{name}"

    def item_pubdate(self, item: Publication):
        return item.published_at

    def item_updateddate(self, item: Publication):
        return item.published_at
