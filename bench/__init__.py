"""The benchmarks: each prints what ours costs beside a hand-written floor of the same run. `bin/bench --help`.

Ratios are the result; milliseconds depend on the machine and the hour. Floors use psycopg2 alone, as the same
database role, under the same row-level security, interleaved with ours.
"""
