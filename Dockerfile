# syntax=docker/dockerfile:1
#
# The service as an image of one binary: no shell, no package manager, not root.
#
#   docker build -t planrank .
#   docker run --rm planrank --help
#
# Cache mounts keep dependencies between builds. Railway bears none without the service's own id in
# them, so it builds deploy/railway/Dockerfile, which is this file without them (scripts/check-deploy
# writes it and says when it is stale).

FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN \
    --mount=type=cache,id=planrank-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=planrank-target,target=/src/target \
    cargo build --release --locked --package planrank && \
    install -D --strip target/release/planrank /out/planrank && \
    mkdir /out/data

# What docker-compose.test.yml asks the service from; not part of what is deployed.
FROM debian:bookworm-slim AS smoke
WORKDIR /app
# Debian keeps only the newest of each package, so a pinned one would soon be gone.
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install --yes --no-install-recommends ca-certificates curl jq && \
    rm -rf /var/lib/apt/lists/*
COPY --from=build /out/planrank /usr/local/bin/planrank
COPY scripts/smoke scripts/smoke
COPY examples/plans examples/plans
USER 65532:65532
ENV PLANRANK_BIN=/usr/local/bin/planrank
ENTRYPOINT ["scripts/smoke"]

# glibc, its loader and CA certificates, and nothing else.
FROM gcr.io/distroless/cc-debian12:nonroot AS service
COPY --from=build /out/planrank /usr/local/bin/planrank
# The port that a platform assigns takes the place of this one.
# Where SQLite and artifacts go unless DATABASE_URL and PLANRANK_ARTIFACTS say otherwise.
COPY --from=build --chown=65532:65532 /out/data /data
ENV PLANRANK_DATA_DIR=/data \
    PORT=8080 \
    PLANRANK_LOG_FORMAT=json
USER 65532:65532
EXPOSE 8080
# Without a shell: the binary asks itself, by the settings that it serves with.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/usr/local/bin/planrank", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/planrank"]
CMD ["serve"]
