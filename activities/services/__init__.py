"""The only writers of the register and of the words that it is tagged with."""
