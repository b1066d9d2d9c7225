//! Builds anew when the console was.

fn main() {
    println!("cargo::rerun-if-changed=../../console/dist");
}
