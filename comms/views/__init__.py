"""Pages: the outbox, a nudge, and the way out of mails that one does not want."""
