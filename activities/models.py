"""No tables yet: the register of activities begins here."""
