# One image for the API, the worker and the migrations: the same program, three commands.
# The oldest Python that pyproject.toml allows: what it lacks is found here first.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/srv/timebank \
    TIMEBANK_ENVIRONMENT=production

WORKDIR /srv/timebank

RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin timebank \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/timebank/keys

# What seldom changes comes first, so that a change of the program does not install it all again.
# Wheels only: nothing of a dependency runs while the image is built.
COPY requirements.lock ./
RUN pip install --no-cache-dir --only-binary=:all: --require-hashes --requirement requirements.lock

COPY --chmod=755 app/cli/__main__.py /usr/local/bin/timebank
COPY alembic.ini ./
COPY migrations ./migrations
COPY app ./app
RUN python -m compileall -q app migrations

USER 10001:10001

EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]

CMD ["timebank", "serve", "--host", "0.0.0.0"]
