# torimatome as a container: docs/automation.md says how to build and run it.
ARG PYTHON=3.12

FROM python:${PYTHON}-slim AS build
WORKDIR /src
RUN python -m venv /opt/torimatome
COPY requirements/run.txt requirements/run.txt
RUN /opt/torimatome/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: \
      --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md CHANGELOG.md ./
COPY pipeline pipeline
COPY templates templates
# The lock holds what builds the wheel; nothing but the lock is fetched. Tests of libraries stay out.
RUN /opt/torimatome/bin/python -m hatchling build -t wheel -d /tmp/wheel \
 && /opt/torimatome/bin/pip install --no-cache-dir --no-index --no-deps /tmp/wheel/*.whl \
 && /opt/torimatome/bin/pip uninstall --yes --quiet hatchling editables trove-classifiers pip \
 && find /opt/torimatome -type d -name tests -prune -exec rm -r {} + \
 && rm -r /opt/torimatome/lib/python*/site-packages/pyarrow/include

FROM python:${PYTHON}-slim
COPY --from=build /opt/torimatome /opt/torimatome
# Paths and names are Japanese; somebody else's number (docker run --user) needs a home, too.
ENV LANG=C.UTF-8 PYTHONUTF8=1 HOME=/tmp PATH=/opt/torimatome/bin:$PATH
RUN useradd --uid 1000 --home-dir /tmp --no-create-home torimatome \
 && install -d -o torimatome -g torimatome /work /work/inbox /work/outbox
USER torimatome
WORKDIR /work
VOLUME ["/work/inbox", "/work/outbox"]
ENTRYPOINT ["torimatome"]
CMD ["--help"]
