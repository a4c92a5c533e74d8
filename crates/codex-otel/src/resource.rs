//! What the telemetry is of.

use opentelemetry::{Key, KeyValue};
use opentelemetry_sdk::{Resource, resource::TelemetryResourceDetector};

use crate::config::OtelConfig;

const SERVICE_NAME: &str = "service.name";
const SERVICE_VERSION: &str = "service.version";
const ENVIRONMENT: &str = "env";
const HOST_NAME: &str = "host.name";

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
    attributes.push(KeyValue::new(SERVICE_NAME, service_name(config, program)));
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attributes(attributes)
        .build()
}

/// `service.name` of the resource.
pub(crate) fn service_name(config: &OtelConfig, program: Program) -> String {
    config.service_name.clone().unwrap_or_else(|| program.name.to_owned())
}

/// The resource of the logs, which names the machine too. A name that the configuration gives wins.
pub(crate) fn with_host_name(resource: &Resource, host: Option<&str>) -> Resource {
    let named = resource.get(&Key::from_static_str(HOST_NAME)).is_some();
    let attributes = resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    let host = host.filter(|_| !named).map(|host| KeyValue::new(HOST_NAME, host.to_owned()));
    Resource::builder_empty().with_attributes(attributes.chain(host)).build()
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn the_machine_is_named_where_nothing_else_names_it() {
        let plain = resource(&OtelConfig::default(), Program::new("app", "1"));
        let of =
            |resource: &Resource| resource.get(&Key::from_static_str(HOST_NAME)).map(|name| name.to_string());
        assert_eq!(of(&plain), None);
        assert_eq!(of(&with_host_name(&plain, None)), None);
        let named = with_host_name(&plain, Some("box"));
        assert_eq!(of(&named).as_deref(), Some("box"));
        assert_eq!(named.len(), plain.len() + 1);
        assert_eq!(of(&with_host_name(&named, Some("other"))).as_deref(), Some("box"));
    }
}
