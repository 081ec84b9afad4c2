FROM python:3.11-slim AS build

RUN python -m venv --without-pip /opt/arena
WORKDIR /src

COPY requirements.lock ./
RUN pip --python /opt/arena/bin/python install --no-cache-dir --require-hashes --requirement requirements.lock

# The lock holds setuptools too, which torch needs: no other one is fetched to build with.
COPY . .
RUN pip --python /opt/arena/bin/python install --no-cache-dir --no-deps --no-build-isolation .
# Such as `cluster`, for several machines: --build-arg EXTRAS=cluster
ARG EXTRAS=""
RUN [ -z "$EXTRAS" ] || pip --python /opt/arena/bin/python install --no-cache-dir --no-build-isolation --constraint requirements.txt ".[$EXTRAS]"


FROM python:3.11-slim

RUN useradd --create-home --uid 1000 arena && mkdir /data && chown arena /data
COPY --from=build /opt/arena /opt/arena

ENV PATH=/opt/arena/bin:$PATH \
    ARENA_HOME=/data \
    ARENA_HOST=0.0.0.0 \
    ARENA_PORT=7860 \
    HF_HOME=/data/huggingface \
    HF_HUB_DISABLE_TELEMETRY=1 \
    GRADIO_ANALYTICS_ENABLED=False
USER 1000
WORKDIR /data
VOLUME /data
EXPOSE 7860
STOPSIGNAL SIGINT
# The first start checks and loads the models that ship.
HEALTHCHECK --interval=30s --timeout=5s --start-period=3m \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"ARENA_PORT\"]}/healthz')"]
CMD ["arena", "serve"]
