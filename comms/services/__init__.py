"""What writes: the ledger and its sender, and the kinds of mail that are planned into it."""
