//! How the launcher is linked.

use std::env::var;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // At a fixed address: moving it would mean to write twelve thousand pointers, on sixty pages, before `main`, which is
    // an eighth of the time that a small command takes. Debian's Python is linked so for the same reason.
    if var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") && var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu") {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
