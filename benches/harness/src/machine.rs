//! What it ran on.

use std::fmt;
use std::fs;
use std::process::Command;

/// The machine, its system and the compiler.
pub struct Machine {
    cpu: String,
    cores: usize,
    kernel: String,
    rustc: String,
    /// Before the first run: above about 0.3, the numbers are preliminary.
    load: String,
}

impl Machine {
    /// As it is now.
    pub fn describe() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
        let cpuinfo = read("/proc/cpuinfo");
        let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let rustc = Command::new("rustc").arg("--version").output().map(|output| output.stdout);
        Self {
            cpu: model.map_or("unknown CPU", |(_, name)| name).to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease"),
            rustc: String::from_utf8_lossy(&rustc.unwrap_or_default()).trim().to_owned(),
            load: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cpu, cores, kernel, rustc, load } = self;
        write!(f, "{cpu}, {cores} cores, Linux {kernel}, {rustc}, load {load} at the start")
    }
}
