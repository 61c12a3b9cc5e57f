# The image: the binary on glibc, without a shell and without root. Building it needs no database.
#
#   docker build -t curio .
#   buildah build --layers --format docker -t curio .
#
# Without --layers, buildah caches nothing; without --format docker, the image lacks HEALTHCHECK, which OCI does not define.

# The base images are referenced by tag. For a reproducible build, pin them to the digests that
# `docker buildx imagetools inspect <image>` prints: FROM rust:1.95-slim-bookworm@sha256:…

# The same Rust as in rust-toolchain.toml. That file is not copied: rustup would download the components it lists, which
# are for developers. The slim variant includes the C compiler that mimalloc, ring and zstd need.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
# sqlx checks the queries against .sqlx.
ENV SQLX_OFFLINE=true

# The dependencies are a separate layer, rebuilt only when Cargo.toml or Cargo.lock changes. It is a layer and not a
# `RUN --mount=type=cache`, since every builder stores layers and a registry can share them. Empty packages stand in for
# those of this repository. They are cleaned at the end: cargo compares modification times, and the real sources may be
# older than the empty ones.
COPY Cargo.toml Cargo.lock ./
COPY crates/autogenerate/Cargo.toml crates/autogenerate/
COPY crates/autogenerate-derive/Cargo.toml crates/autogenerate-derive/
COPY crates/filter/Cargo.toml crates/filter/
COPY crates/schema/Cargo.toml crates/schema/
RUN mkdir src crates/autogenerate/src crates/autogenerate-derive/src crates/filter/src crates/schema/src \
 && echo 'fn main() {}' >src/main.rs \
 && touch src/lib.rs crates/autogenerate/src/lib.rs crates/autogenerate-derive/src/lib.rs crates/filter/src/lib.rs \
    crates/schema/src/lib.rs \
 && cargo build --release --locked \
 && cargo clean --release --locked --package curio --package curio-filter --package curio-schema \
    --package sqlx-autogenerate --package sqlx-autogenerate-derive \
 && rm -r src crates/autogenerate/src crates/autogenerate-derive/src crates/filter/src crates/schema/src

COPY build.rs ./
COPY migrations migrations
COPY .sqlx .sqlx
COPY crates crates
COPY src src
# --offline: every dependency must come from the layer above.
RUN cargo build --release --locked --offline

# glibc 2.36 as in the stage above, libgcc, and little else. TLS to the database trusts the roots in the binary.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="curio" \
      org.opencontainers.image.description="A catalogue microservice on PostgreSQL: HTTP by the book, one transaction a request." \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /src/target/release/curio /curio
# Not the home of `nonroot`: a platform that assigns each container its own user id could not read it.
WORKDIR /
# A number, so that an orchestrator can verify that it is not root.
USER 65532:65532
# Load balancers need time to notice that /readyz returns 503.
ENV CURIO_BIND=0.0.0.0:8080 \
    CURIO_DRAIN_DELAY=5s \
    CURIO_LOG_FORMAT=json
EXPOSE 8080
STOPSIGNAL SIGTERM
# The start period leaves time for migrations.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["/curio", "healthcheck"]
ENTRYPOINT ["/curio"]
CMD ["serve"]
