"""Which files the run's time went into, the longest first: what `LONGEST` in tests/conftest.py is written from."""

from __future__ import annotations

from collections import defaultdict

SHOWN = 40


def pytest_addoption(parser):
    parser.addoption("--slowest-files", action="store_true", help="list the files that took longest, all workers' time")


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("--slowest-files"):
        return
    seconds, tests = defaultdict(float), defaultdict(int)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration") and hasattr(report, "nodeid"):
                name = report.nodeid.partition("::")[0]
                seconds[name] += report.duration
                tests[name] += report.when == "call"
    if not seconds:
        return
    terminalreporter.section("slowest files")
    for name in sorted(seconds, key=seconds.__getitem__, reverse=True)[:SHOWN]:
        terminalreporter.write_line(f"{seconds[name]:8.1f} s  {tests[name]:4} tests  {name}")
    terminalreporter.write_line(f"{sum(seconds.values()):8.1f} s  {sum(tests.values()):4} tests  all of them")
