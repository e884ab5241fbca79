"""A theory of change from files: `reading` makes rows of them, `judging` says what each would change or what is wrong.

Nothing is written here, and nothing is ever deleted: what a file leaves out, or leaves blank, stays as it is.
"""
