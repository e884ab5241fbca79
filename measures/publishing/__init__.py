"""This condition's part of a publication: gathered, held against everything its readers can see, frozen as plain data,
and shown again from that data alone.
"""
