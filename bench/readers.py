"""python -m bench.readers PORT PATH SECONDS: read a page over four connections without pause; print how many a second."""

from __future__ import annotations

import http.client
import sys
import time
from threading import Thread

CONNECTIONS = 4


def main() -> None:
    port, path, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    counts: list[int] = []
    statuses: set[int] = set()

    def read() -> None:
        connection, count = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
        while time.perf_counter() < until:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            statuses.add(answer.status)
            count += 1
        counts.append(count)

    started = time.perf_counter()
    until = started + seconds
    threads = [Thread(target=read) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if statuses != {200}:
        sys.exit(f"It answers {statuses}.")
    print(sum(counts) / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
