# covgate as one process that serves and works, with its SQLite file in the volume /data.
# Every version and hash comes from the committed locks. The base image is named by its full version; who wants it
# fixed to the byte adds its digest (docs/operations.md).
# tests/frame/test_dockerfile.py carries out these same instructions in an empty folder.

FROM python:3.11.15-slim-trixie AS build
WORKDIR /src
COPY requirements-build.lock requirements.lock ./
RUN python -m venv /opt/build \
    && /opt/build/bin/python -m pip install --no-cache-dir --require-hashes -r requirements-build.lock
RUN python -m venv --without-pip /opt/covgate \
    && /opt/build/bin/uv pip install --python /opt/covgate/bin/python --require-hashes --compile-bytecode -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY actions/collect/collect.py actions/collect/
COPY bot bot
RUN /opt/build/bin/uv build --wheel --offline --no-build-isolation --python /opt/build/bin/python --out-dir /opt/wheel . \
    && /opt/build/bin/uv pip install --python /opt/covgate/bin/python --offline --no-deps --compile-bytecode /opt/wheel/*.whl

FROM python:3.11.15-slim-trixie
LABEL org.opencontainers.image.title="covgate" \
      org.opencontainers.image.licenses="MIT"
ARG COVGATE_UID=10001
COPY --from=build /opt/covgate /opt/covgate
RUN install -d -m 0700 -o "$COVGATE_UID" -g "$COVGATE_UID" /data
ENV PATH="/opt/covgate/bin:$PATH" \
    HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    COVGATE_HOST=0.0.0.0 \
    COVGATE_PORT=8000 \
    COVGATE_DATABASE_URL=sqlite:////data/covgate.db
USER $COVGATE_UID:$COVGATE_UID
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-I", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['COVGATE_PORT'] + '/healthz', timeout=3)"]
CMD ["covgate", "serve"]
