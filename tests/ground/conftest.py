import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from backbone import embedded


@contextmanager
def own_folder():
    """A state folder; what still runs on it afterwards is stopped.

    It lies in the run's own folder, which the run holds: another run beside this one, which clears away what killed
    runs left, takes servers whose launcher a test has just killed for nobody's otherwise.
    """
    folder = Path(tempfile.mkdtemp(prefix=embedded.TEST_PREFIX, dir=os.environ["BACKBONE_STATE_DIR"]))
    folder.chmod(0o755)  # as root, the servers' account has to get in
    try:
        yield folder
    finally:
        embedded.forget(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def state():
    """A state folder of this test's own."""
    with own_folder() as folder:
        yield folder
