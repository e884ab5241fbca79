"""Forms of the register: what is looked for, what is said of an activity, and the words for tagging."""
