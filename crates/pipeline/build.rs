//! Has the crate rebuilt when a stage file is added or removed, which the macro that embeds the
//! folder can't notice by itself.

fn main() {
    println!("cargo::rerun-if-changed=stages");
    println!("cargo::rerun-if-changed=build.rs");
}
