//! Compiles the wire schema without `protoc`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let schema = protox::compile(["proto/telemetry.proto"], ["proto"])?;
    tonic_prost_build::configure().codec_path("crate::codec::SliceCodec").compile_fds(schema)?;
    Ok(())
}
