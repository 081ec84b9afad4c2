FROM python:3.11-slim

RUN useradd --create-home --uid 1000 arena && mkdir /data && chown arena /data
WORKDIR /app

COPY requirements.txt pyproject.toml README.md ./
RUN pip install --no-cache-dir -r requirements.txt

COPY --chown=arena . .
RUN pip install --no-cache-dir --no-deps --editable .

USER arena
ENV ARENA_HOME=/data \
    ARENA_HOST=0.0.0.0 \
    ARENA_PORT=7860 \
    GRADIO_ANALYTICS_ENABLED=False
VOLUME /data
EXPOSE 7860
STOPSIGNAL SIGINT
CMD ["python", "app.py"]
