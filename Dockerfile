# The hosted server, without the sandbox. Both stages are Debian 13: the builder's C library must not
# be newer than the one that the program finds where it runs.

FROM rust:1.95-slim-trixie AS build
# jemalloc's own build runs make; the compiler is in the base image.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build

# The dependencies alone, so that this layer is rebuilt only when the two manifests change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src \
    && echo '//! Nothing yet.' | tee src/lib.rs src/main.rs \
    && echo 'fn main() {}' >> src/main.rs \
    && cargo build --release --locked --no-default-features --features jemalloc \
    && rm -r src

# Where the templates of the pages are.
COPY askama.toml ./
COPY src src
# Cargo compares times, and a copied file keeps its own, which may be older than the layer above.
RUN find src -name '*.rs' -exec touch {} + \
    && cargo build --release --locked --no-default-features --features jemalloc

FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /build/target/release/wiv-mcp /usr/local/bin/wiv-mcp
# The base image's user `nonroot`, by number: Kubernetes and ECS can check that it isn't root.
USER 65532:65532
EXPOSE 8080
# No shell in this image. The program is process 1 and handles SIGTERM itself.
ENTRYPOINT ["/usr/local/bin/wiv-mcp"]
CMD ["serve"]
