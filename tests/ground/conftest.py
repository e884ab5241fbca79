import shutil
import tempfile
from pathlib import Path

import pytest

from backbone import embedded


@pytest.fixture
def state():
    """A state folder of this test's own; what still runs on it afterwards is stopped."""
    folder = Path(tempfile.mkdtemp(prefix=embedded.TEST_PREFIX))
    folder.chmod(0o755)  # as root, the servers' account has to get in
    yield folder
    embedded.forget(folder)
    shutil.rmtree(folder, ignore_errors=True)
