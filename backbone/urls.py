"""The ground's addresses: doors, health, a tenant's and an initiative's home, people, keys and settings.

A tenant's own pages lie below /o/<tenant>/-/…, where no initiative can be in the way, and so stand before it.
"""

from django.urls import path

from backbone import converters, health_views  # noqa: F401  registers <edition:…>
from backbone.views import doors, keys, links, members, partners, public, publications, published, settings, shared

app_name = "backbone"
HERE = "o/<slug:tenant>/<slug:initiative>/"
LINK = "s/<token:token>/"
PUBLIC = "p/<slug:tenant>/<slug:initiative>/"
urlpatterns = [
    path("", doors.start, name="start"),
    path("theme/", doors.theme, name="theme"),
    path("language/", doors.language, name="language"),
    path("livez", health_views.livez, name="livez"),
    path("readyz", health_views.readyz, name="readyz"),
    path("metrics", health_views.metrics, name="metrics"),
    path("accounts/invitations/<slug:slug>/<str:token>/", members.invitation, name="invitation"),
    path("o/<slug:tenant>/", doors.tenant_home, name="tenant"),
    path("o/<slug:tenant>/-/members/", members.member_list, name="member-list"),
    path("o/<slug:tenant>/-/members/invite/", members.member_invite, name="member-invite"),
    path("o/<slug:tenant>/-/members/<int:member>/", members.member, name="member"),
    path("o/<slug:tenant>/-/members/<int:member>/deactivate/", members.member_deactivate, name="member-deactivate"),
    path("o/<slug:tenant>/-/members/<int:member>/reactivate/", members.member_reactivate, name="member-reactivate"),
    path("o/<slug:tenant>/-/members/<int:member>/grants/<int:grant>/", members.grant_withdraw, name="grant-withdraw"),
    path("o/<slug:tenant>/-/invitations/<int:invitation>/resend/", members.invitation_resend, name="invitation-resend"),
    path("o/<slug:tenant>/-/invitations/<int:invitation>/revoke/", members.invitation_revoke, name="invitation-revoke"),
    path("o/<slug:tenant>/-/partners/", partners.partner_list, name="partner-list"),
    path("o/<slug:tenant>/-/partners/new/", partners.partner_new, name="partner-new"),
    path("o/<slug:tenant>/-/partners/<str:partner>/", partners.partner, name="partner"),
    path(
        "o/<slug:tenant>/-/partners/<str:partner>/remove/<int:participation>/",
        partners.partner_remove,
        name="partner-remove",
    ),
    path("o/<slug:tenant>/-/initiatives/new/", partners.initiative_new, name="initiative-new"),
    path("o/<slug:tenant>/-/initiatives/<slug:initiative>/", partners.initiative_edit, name="initiative-edit"),
    path("o/<slug:tenant>/-/account/", settings.account, name="account"),
    path("o/<slug:tenant>/-/settings/", settings.tenant_settings, name="settings"),
    path("o/<slug:tenant>/-/keys/", keys.key_list, name="key-list"),
    path("o/<slug:tenant>/-/keys/new/", keys.key_new, name="key-new"),
    path("o/<slug:tenant>/-/keys/<int:key>/revoke/", keys.key_revoke, name="key-revoke"),
    path("o/<slug:tenant>/<slug:initiative>/", doors.home, name="home"),
    path(f"{HERE}published/", published.latest, name="published-latest"),
    path(f"{HERE}published/all/", published.edition_list, name="published-list"),
    path(f"{HERE}published/<edition:edition>/", published.edition, name="published"),
    path(f"{HERE}published/<edition:edition>/data.json", published.data, name="published-data"),
    path(f"{HERE}published/<edition:edition>/ledger/", published.ledger, name="published-ledger"),
    path(f"{HERE}publications/", publications.publication_list, name="publication-list"),
    path(f"{HERE}publications/new/", publications.publication_new, name="publication-new"),
    path(f"{HERE}publications/links/", links.link_list, name="link-list"),
    path(f"{HERE}publications/links/new/", links.link_new, name="link-new"),
    path(f"{HERE}publications/links/<int:link>/revoke/", links.link_revoke, name="link-revoke"),
    path(f"{HERE}publications/visits/", publications.visit_list, name="visit-list"),
    path(f"{HERE}publications/<int:publication>/", publications.publication, name="publication"),
    path(f"{HERE}publications/<int:publication>/drop/", publications.publication_drop, name="publication-drop"),
    path(
        f"{HERE}publications/<int:publication>/for/<slug:audience>/",
        publications.publication_proof,
        name="publication-proof",
    ),
    path(LINK, shared.page, name="shared"),
    path(f"{LINK}passphrase/", shared.passphrase, name="shared-passphrase"),
    path(f"{LINK}data.json", shared.data, name="shared-data"),
    path(f"{LINK}ledger/", shared.ledger, name="shared-ledger"),
    path(f"{LINK}feed.atom", shared.feed, name="shared-feed"),
    path(f"{LINK}chart/<slug:indicator>/", shared.chart, name="shared-chart"),
    path(PUBLIC, public.page, name="public"),
    path(f"{PUBLIC}feed.atom", public.feed, name="public-feed"),
    path(f"{PUBLIC}data.json", public.data, name="public-data"),
    path(f"{PUBLIC}ledger/", public.ledger, name="public-ledger"),
    path(f"{PUBLIC}chart/<slug:indicator>/", public.chart, name="public-chart"),
    path(f"{PUBLIC}<edition:edition>/", public.page, name="public-edition"),
    path(f"{PUBLIC}<edition:edition>/data.json", public.data, name="public-edition-data"),
    path(f"{PUBLIC}<edition:edition>/ledger/", public.ledger, name="public-edition-ledger"),
    path(f"{PUBLIC}<edition:edition>/chart/<slug:indicator>/", public.chart, name="public-edition-chart"),
]
