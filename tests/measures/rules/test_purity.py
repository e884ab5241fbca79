"""The rules stand alone: a bulk import, a worker and a test may ask them without a framework behind them."""

import subprocess
import sys
from pathlib import Path

import measures.rules

FOLDER = Path(measures.rules.__file__).parent
FILES = sorted(FOLDER.glob("**/*.py"))
MODULES = sorted(
    {
        f"measures.rules.{path.stem if path.parent == FOLDER else path.parent.name}"
        for path in FILES
        if path != FOLDER / "__init__.py"
    }
)
SOLVER = FOLDER / "disclosure" / "attack.py"  # linear programs are solved in floats, and checked in decimals


def test_the_rules_load_without_django():
    program = f"import sys, {', '.join(MODULES)}; print(sorted(name for name in sys.modules if name == 'django'))"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=FOLDER.parents[1], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_the_map_names_every_module():
    for module in MODULES:
        assert f"    {module.rpartition('.')[2]} " in measures.rules.__doc__


def test_the_rules_ask_no_clock_and_use_no_floats():
    for path in FILES:
        source = path.read_text(encoding="utf-8")
        for word in ("today()", "now()", "import time", "float("):
            assert (path == SOLVER and word == "float(") or word not in source, f"{path.name} has {word}"
