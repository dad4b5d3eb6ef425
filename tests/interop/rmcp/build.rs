//! Tells the crate which version of the SDK its lock file holds.
//!
//! The SDK itself exports none.

use std::fs;

fn main() {
    println!("cargo::rerun-if-changed=Cargo.lock");
    let lock = fs::read_to_string("Cargo.lock").expect("the lock file lies beside this file");
    let version = lock
        .split("name = \"rmcp\"\nversion = \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("the lock file names rmcp, because Cargo.toml does");
    println!("cargo::rustc-env=WIV_RMCP_VERSION={version}");
}
