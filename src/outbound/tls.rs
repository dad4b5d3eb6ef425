//! How this server trusts the servers that it calls.
//!
//! Not for our own listener: TLS ends at the platform in front of it. Reads no file and no
//! environment.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

/// TLS with the Mozilla roots of the binary; versions and suites are rustls' own choice.
pub(crate) fn client_config() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider supports rustls' default versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
