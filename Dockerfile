# The web, the worker, beat and the migrations run from this one image; docker-compose.yml says which is which.
FROM python:3.12-slim

# Pango draws the text of PDF files (WeasyPrint).
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DJANGO_SETTINGS_MODULE=backbone.config.settings \
    BACKBONE_STATE_DIR=/tmp/state

WORKDIR /srv/backbone
COPY requirements/base.txt requirements/base.txt
RUN pip install --require-hashes --only-binary :all: -r requirements/base.txt

COPY . .
# Settings must be readable, nothing is connected to: these values are used by this one command and kept nowhere.
RUN SECRET_KEY=only-for-collectstatic DATABASE_URL=postgres://unused/unused APP_DATABASE_URL=postgres://unused/unused \
    REDIS_URL=redis://unused python manage.py collectstatic --noinput \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent backbone

USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM

# Behind PgBouncer, 4 workers of 4 threads are 16 cheap connections. /dev/shm: a worker's sign of life must not wait for a disk.
CMD ["gunicorn", "backbone.config.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "4", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--max-requests", "5000", \
     "--max-requests-jitter", "500", "--graceful-timeout", "30", "--no-control-socket"]
