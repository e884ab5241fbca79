from backbone.models.agreements import Agreement
from backbone.models.changes import Change
from backbone.models.groups import GroupMember, WorkingGroup
from backbone.models.health import Call, HealthSnapshot, Signal
from backbone.models.keys import APIKey, KeptAnswer
from backbone.models.logos import Logo
from backbone.models.operating import OperatorAccess
from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.people import Entrance, Grant, Invitation, Membership, User
from backbone.models.publications import (
    Audience,
    Comparison,
    Proof,
    Publication,
    PublishedBody,
    PublishedFile,
    Restated,
    ShareLink,
    Visit,
)
from backbone.models.seals import Seal
from backbone.models.tenants import Initiative, Participation, Partner, Tenant
from backbone.models.webhooks import Delivery, Webhook
from backbone.models.work import Work

__all__ = [
    "APIKey",
    "Agreement",
    "Audience",
    "Call",
    "Change",
    "Comparison",
    "Delivery",
    "Entrance",
    "Grant",
    "GroupMember",
    "HealthSnapshot",
    "Initiative",
    "Invitation",
    "KeptAnswer",
    "Logo",
    "Membership",
    "OperatorAccess",
    "Participation",
    "Partner",
    "Proof",
    "Publication",
    "PublishedBody",
    "PublishedFile",
    "Restated",
    "Seal",
    "ShareLink",
    "Signal",
    "Tenant",
    "TenantForeignKey",
    "TenantOwned",
    "User",
    "Visit",
    "Webhook",
    "Work",
    "WorkingGroup",
]
