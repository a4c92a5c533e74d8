//! What the telemetry is of.

use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, resource::TelemetryResourceDetector};

use crate::config::OtelConfig;

const SERVICE_NAME: &str = "service.name";
const SERVICE_VERSION: &str = "service.version";
const ENVIRONMENT: &str = "env";

/// The program that writes telemetry, where the configuration does not say otherwise.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Program {
    /// `service.name`.
    pub name: &'static str,
    /// `service.version`.
    pub version: &'static str,
}

impl Program {
    /// A program of this name and version.
    pub const fn new(name: &'static str, version: &'static str) -> Self {
        Self { name, version }
    }
}

/// The resource of everything that is sent. What the configuration names wins.
pub(crate) fn resource(config: &OtelConfig, program: Program) -> Resource {
    let mut attributes = vec![KeyValue::new(SERVICE_VERSION, program.version)];
    if let Some(environment) = &config.environment {
        attributes.push(KeyValue::new(ENVIRONMENT, environment.clone()));
    }
    let named = &config.resource_attributes;
    attributes.extend(named.iter().map(|(name, value)| KeyValue::new(name.clone(), value.clone())));
    let name = config.service_name.clone().unwrap_or_else(|| program.name.to_owned());
    attributes.push(KeyValue::new(SERVICE_NAME, name));
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attributes(attributes)
        .build()
}
