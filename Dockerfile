# The app in one image: the web app is built with Node, the rest runs on Python.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS web
WORKDIR /app/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM ${PYTHON_IMAGE}
# cpu (about 200 MB more to fetch), cuda (gigabytes), or none: the embedded engine only.
ARG TORCH=cpu
# yes: with PostgreSQL's driver, which is LGPL and therefore never there unasked.
ARG POSTGRES=no
WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv .venv
ENV PATH=/app/.venv/bin:${PATH}

# Dependencies before the code, so that a change of the code does not fetch them again.
COPY pyproject.toml setup.py constraints.txt README.md LICENSE ./
COPY .ci/install_torch.sh .ci/
RUN if [ "${TORCH}" != none ]; then .ci/install_torch.sh python "${TORCH}"; fi
RUN mkdir backend sam2 && touch backend/__init__.py sam2/__init__.py && \
    if [ "${TORCH}" = none ]; then extras=; else extras='[sam2]'; fi && \
    pip install -c constraints.txt -e ".${extras}"
RUN if [ "${POSTGRES}" = yes ]; then pip install -c constraints.txt 'psycopg[binary]'; fi
COPY sam2/ sam2/
COPY backend/ backend/
RUN pip install -c constraints.txt --no-deps -e .
COPY --from=web /app/frontend/dist/ frontend/dist/

RUN useradd --uid 1000 --create-home masklet && install -d -o masklet -g masklet /data /checkpoints
USER masklet
ENV HOST=0.0.0.0 PORT=7262 MASKLET_DATA=/data CHECKPOINTS_DIR=/checkpoints
VOLUME ["/data", "/checkpoints"]
EXPOSE 7262
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthy', timeout=4)"]
CMD ["python", "-m", "backend"]
