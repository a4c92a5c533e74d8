//! Serves a scenario: `cargo run -p codex-sim --example serve -- [SCENARIO.toml] [PORT]`.

use std::net::{Ipv4Addr, SocketAddr};

use codex_sim::{Scenario, Simulator};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let scenario = match arguments.next() {
        Some(path) => Scenario::from_file(path)?,
        None => Scenario::default(),
    };
    let port = arguments.next().map(|port| port.parse()).transpose()?.unwrap_or(0);
    let simulator = Simulator::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), scenario).await?;
    println!("{}", simulator.base_url());
    tokio::signal::ctrl_c().await?;
    simulator.shutdown().await;
    Ok(())
}
