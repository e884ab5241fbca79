"""How processes that live long collect their garbage."""

import gc


def look_seldom() -> None:
    """Call it once everything is loaded, and before a process parts into workers.

    What is loaded stays, so the collector need not walk over all of it again and again, nor write to memory that the
    workers share. And it looks for circles some times in a second, not some times in a page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
