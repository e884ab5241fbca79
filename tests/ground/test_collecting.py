"""Web and worker walk over what was loaded once, not again and again; each said where it begins, before it parts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BEGINNINGS = {
    "web": "import runpy; runpy.run_path('gunicorn.conf.py')['when_ready'](None)",
    "worker": (
        "from celery.signals import celeryd_after_setup; import backbone.config.celery; "
        "celeryd_after_setup.send(sender='here', instance=None, conf=None)"
    ),
}


@pytest.mark.parametrize("who", BEGINNINGS)
def test_a_process_that_lives_long_looks_for_garbage_seldom(who):
    code = f"import gc; {BEGINNINGS[who]}; print(gc.get_freeze_count() > 1000, gc.get_threshold()[0])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "10000"]
