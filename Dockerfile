# The image: the binary on glibc, without a shell, without root. Building it needs no database.
#
#   docker build -t curio .
#   buildah build --layers --format docker -t curio .
#
# --layers, or buildah caches nothing; --format docker, since an OCI image has no place for HEALTHCHECK.

# The same Rust as in rust-toolchain.toml. That file is not copied: rustup would fetch the components it lists, which are
# for developers. The slim variant carries the C compiler that mimalloc, ring and zstd need.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
# sqlx checks the queries against .sqlx.
ENV SQLX_OFFLINE=true

# The dependencies are a layer of their own, which is built again when Cargo.toml or Cargo.lock changes, and not when only
# the sources do. A layer, not `RUN --mount=type=cache`: layers are kept by every builder and can be shared through a
# registry. For as long, the packages of this repository are empty. They are cleaned away: cargo goes by times of
# modification, and the real sources may well be older than the empty ones.
COPY Cargo.toml Cargo.lock ./
COPY crates/autogenerate/Cargo.toml crates/autogenerate/
COPY crates/autogenerate-derive/Cargo.toml crates/autogenerate-derive/
RUN mkdir src crates/autogenerate/src crates/autogenerate-derive/src \
 && echo 'fn main() {}' >src/main.rs \
 && touch src/lib.rs crates/autogenerate/src/lib.rs crates/autogenerate-derive/src/lib.rs \
 && cargo build --release --locked \
 && cargo clean --release --locked --package curio --package autogenerate --package autogenerate-derive \
 && rm -r src crates/autogenerate/src crates/autogenerate-derive/src

COPY build.rs ./
COPY migrations migrations
COPY .sqlx .sqlx
COPY crates crates
COPY src src
# --offline: what is not in the layer above may not come in here.
RUN cargo build --release --locked --offline

# glibc 2.36 as in the stage above, libgcc, and hardly more. TLS to the database trusts the roots that are in the binary.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="curio" \
      org.opencontainers.image.description="A catalogue microservice on PostgreSQL: HTTP by the book, one transaction a request." \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /src/target/release/curio /curio
# Not the home of `nonroot`, which a platform that gives every container a user id of its own could not look into.
WORKDIR /
# A number, so that an orchestrator can tell that it is not root.
USER 65532:65532
ENV CURIO_BIND=0.0.0.0:8080 \
    CURIO_LOG_FORMAT=json
EXPOSE 8080
STOPSIGNAL SIGTERM
# Long enough a start for migrations on the way.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["/curio", "healthcheck"]
ENTRYPOINT ["/curio"]
CMD ["serve"]
