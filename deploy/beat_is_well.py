"""Health check of the beat container: exit 0 when its heartbeat came through queue and worker lately."""

import json
import re
import sys
import urllib.request

LATEST = 180  # seconds; a heartbeat is sent every 30

with urllib.request.urlopen("http://web:8000/readyz", timeout=5) as answer:
    seen = json.load(answer)["beat"]
match = re.match(r"(\d+) seconds ago", seen)
sys.exit(0 if match and int(match[1]) < LATEST else f"heartbeat: {seen}")
