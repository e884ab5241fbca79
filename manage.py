#!/usr/bin/env python3
"""Django's commands. bin/manage runs this with a database and Redis; on its own it reads them from the environment."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backbone.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
