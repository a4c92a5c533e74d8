//! Which proxy a URL goes through: one answer for every kind of connection.

mod address;
mod bypass;
mod config;

pub use address::{Proxy, ProxyAddress, ProxyError, ProxyScheme};
pub use bypass::{NoProxy, NoProxyError};
pub use config::ProxyConfig;
