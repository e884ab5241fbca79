"""The tables of this condition: mail that leaves, meetings, what they decide, who does what, and talk about things."""

from comms.models.actions import Action, ActionStep
from comms.models.decisions import Absence, Citation, Decision, Dissent
from comms.models.mail import Mail, Picture, Run, Unreachable
from comms.models.meetings import Attendance, Invited, Meeting, MeetingFeed, PreRead, Series, Topic
from comms.models.notices import Acknowledgement, Announcement, Note
from comms.models.preferences import Away, Cadence
from comms.models.pulses import Pulse, PulseQuestion, PulseTaken, PulseTally
from comms.models.threads import Post, Thread

__all__ = [
    "Absence",
    "Acknowledgement",
    "Action",
    "ActionStep",
    "Announcement",
    "Attendance",
    "Away",
    "Cadence",
    "Citation",
    "Decision",
    "Dissent",
    "Invited",
    "Mail",
    "Meeting",
    "MeetingFeed",
    "Note",
    "Picture",
    "Post",
    "PreRead",
    "Pulse",
    "PulseQuestion",
    "PulseTaken",
    "PulseTally",
    "Run",
    "Series",
    "Thread",
    "Topic",
    "Unreachable",
]
