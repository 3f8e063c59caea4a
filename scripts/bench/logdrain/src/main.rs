//! Groups every line of a file with the crate logdrain and prints how many groups there are.
use std::fs::File;
use std::io::{BufRead, BufReader};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: logdrain-bench FILE")?;
    let miner = logdrain::Miner::builder().build()?;
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        miner.add(String::from_utf8_lossy(&bytes).trim_end());
        bytes.clear();
    }
    println!("{}", miner.len());
    Ok(())
}
