# The images of Sealane: --target router, investigator or operator. docs/images.md says how they are built and what they hold.
#
# BASE is any image with Python 3.11 or newer and its venv module. The default is named by its digest, of every platform,
# because a tag is whatever was pushed last; whoever takes a newer one writes tag and digest together.
ARG BASE=docker.io/library/python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

# What builds is in stages of its own, and none of it is in an image. Nothing is installed that requirements.lock does
# not know by its hash.
FROM ${BASE} AS tools
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all: PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python3 -m venv /tools && python3 -m venv --without-pip /opt/sealane
COPY pyproject.toml requirements.lock ./
COPY image/locked.py image/locked.py
RUN python3 image/locked.py hatchling <requirements.lock >/tools/hatchling.lock \
 && python3 image/locked.py router <requirements.lock >/tools/router.lock \
 && python3 image/locked.py investigator <requirements.lock >/tools/investigator.lock \
 && python3 image/locked.py operator <requirements.lock >/tools/operator.lock \
 && /tools/bin/pip install --quiet --require-hashes -r /tools/hatchling.lock

FROM tools AS wheel
COPY README.md LICENSE ./
COPY api api
COPY telemetry telemetry
COPY kube kube
COPY router router
COPY investigator investigator
COPY operator operator
COPY cli cli
COPY client client
RUN /tools/bin/python -m hatchling build -t wheel -d /wheel >/dev/null

# The packages come before the wheel: a change of the code leaves the layer with everything else as it was. Modules are
# compiled here, because the root file system of a running container is read-only; they are not looked at again. Each
# program is started once, so that a base that lacks a library is found here.
FROM tools AS router-packages
RUN /tools/bin/pip --python /opt/sealane install --quiet --no-compile --require-hashes -r /tools/router.lock \
 && /opt/sealane/bin/python -m compileall -qq -j 0 --invalidation-mode unchecked-hash /opt/sealane/lib

FROM tools AS investigator-packages
RUN /tools/bin/pip --python /opt/sealane install --quiet --no-compile --require-hashes -r /tools/investigator.lock \
 && /opt/sealane/bin/python -m compileall -qq -j 0 --invalidation-mode unchecked-hash /opt/sealane/lib

FROM tools AS operator-packages
RUN /tools/bin/pip --python /opt/sealane install --quiet --no-compile --require-hashes -r /tools/operator.lock \
 && /opt/sealane/bin/python -m compileall -qq -j 0 --invalidation-mode unchecked-hash /opt/sealane/lib

FROM router-packages AS router-installed
COPY --from=wheel /wheel /wheel
RUN /tools/bin/pip --python /opt/sealane install --quiet --no-compile --no-deps --no-index /wheel/*.whl \
 && /tools/bin/pip --python /opt/sealane check \
 && /opt/sealane/bin/python -m compileall -qq -j 0 --invalidation-mode unchecked-hash /opt/sealane/lib/*/site-packages/sealane_* \
 && /opt/sealane/bin/sealane-router --help >/dev/null

FROM investigator-packages AS investigator-installed
COPY --from=wheel /wheel /wheel
RUN /tools/bin/pip --python /opt/sealane install --quiet --no-compile --no-deps --no-index /wheel/*.whl \
 && /tools/bin/pip --python /opt/sealane check \
 && /opt/sealane/bin/python -m compileall -qq -j 0 --invalidation-mode unchecked-hash /opt/sealane/lib/*/site-packages/sealane_* \
 && /opt/sealane/bin/sealane-investigator --help >/dev/null

FROM operator-packages AS operator-installed
COPY --from=wheel /wheel /wheel
RUN /tools/bin/pip --python /opt/sealane install --quiet --no-compile --no-deps --no-index /wheel/*.whl \
 && /tools/bin/pip --python /opt/sealane check \
 && /opt/sealane/bin/python -m compileall -qq -j 0 --invalidation-mode unchecked-hash /opt/sealane/lib/*/site-packages/sealane_* \
 && /opt/sealane/bin/sealane-operator --help >/dev/null

# What runs: the base, the packages, and nobody's privileges. PYTHONSAFEPATH keeps what lies in the working directory
# from being imported.
FROM ${BASE} AS runtime
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="Sealane" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PATH=/opt/sealane/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONSAFEPATH=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /
USER 65532:65532

FROM runtime AS investigator
LABEL org.opencontainers.image.title="sealane-investigator" \
      org.opencontainers.image.description="Finds every error once, explains it and recommends a fix"
COPY --from=investigator-installed /opt/sealane /opt/sealane
EXPOSE 8081
ENTRYPOINT ["/opt/sealane/bin/sealane-investigator"]

FROM runtime AS operator
LABEL org.opencontainers.image.title="sealane-operator" \
      org.opencontainers.image.description="Watches ProviderRoutes and takes every change live in steps that undo themselves"
COPY --from=operator-installed /opt/sealane /opt/sealane
EXPOSE 8082
ENTRYPOINT ["/opt/sealane/bin/sealane-operator"]

FROM runtime AS router
LABEL org.opencontainers.image.title="sealane-router" \
      org.opencontainers.image.description="The LLM gateway for Kubernetes: every request to the provider that serves its model"
COPY --from=router-installed /opt/sealane /opt/sealane
EXPOSE 8080 9090
ENTRYPOINT ["/opt/sealane/bin/sealane-router"]
