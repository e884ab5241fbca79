from measures.models.carried import FiledOnce
from measures.models.checks import FollowUp, ValidationRule
from measures.models.community import CommunityFigure
from measures.models.consents import Consent
from measures.models.corrections import Correction, Restatement
from measures.models.curves import Curve, CurveAction, CurveIdea, CurvePartner, CurveStory
from measures.models.definitions import Attestation, DefinitionVersion
from measures.models.exchange import ExternalId
from measures.models.filings import Figure, FigureEvent, Filing, Remark, Upload
from measures.models.indicators import Category, Dimension, Indicator, Target
from measures.models.obligations import Excuse, LockRequest, Obligation, Reopening
from measures.models.rollups import Rollup, StaleMark
from measures.models.shared import SharedAmount, SharedCount, SharedCredit

__all__ = [
    "Attestation",
    "Category",
    "CommunityFigure",
    "Consent",
    "Correction",
    "Curve",
    "CurveAction",
    "CurveIdea",
    "CurvePartner",
    "CurveStory",
    "DefinitionVersion",
    "Dimension",
    "Excuse",
    "ExternalId",
    "Figure",
    "FigureEvent",
    "FiledOnce",
    "Filing",
    "FollowUp",
    "Indicator",
    "LockRequest",
    "Obligation",
    "Remark",
    "Reopening",
    "Restatement",
    "Rollup",
    "SharedAmount",
    "SharedCount",
    "SharedCredit",
    "StaleMark",
    "Target",
    "Upload",
    "ValidationRule",
]
