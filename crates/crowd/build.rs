//! Compiles the wire schema without `protoc`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let schema = protox::compile(["proto/swarm.proto"], ["proto"])?;
    tonic_prost_build::configure().build_server(false).compile_fds(schema)?;
    Ok(())
}
