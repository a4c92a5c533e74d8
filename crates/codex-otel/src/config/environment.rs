//! The standard variables, over what a file says
//! (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>).

use std::{num::ParseIntError, path::PathBuf, str::FromStr};

use super::{
    Compression, ConfigError, ExporterConfig, OtelConfig, Problem, Protocol, Sampler, Signal, percent,
};

const EXPORTERS: &str = "`otlp` or `none`";
const PROTOCOLS: &str = "`http/protobuf`, `http/json` or `grpc`";
const COMPRESSIONS: &str = "`gzip` or `none`";
const FLAGS: &str = "`true` or `false`";
const SAMPLERS: &str = "`always_on`, `always_off`, `traceidratio`, or one of these after `parentbased_`";

impl OtelConfig {
    /// With what the standard variables say in place of the same setting here. A variable that is unset or empty says
    /// nothing. A variable for one signal wins over the one for all.
    ///
    /// ```
    /// use codex_otel::{OtelConfig, Signal};
    ///
    /// let config = OtelConfig::default().with_environment(|name| match name {
    ///     "OTEL_EXPORTER_OTLP_ENDPOINT" => Some("http://127.0.0.1:4318".to_owned()),
    ///     "OTEL_TRACES_EXPORTER" => Some("none".to_owned()),
    ///     _ => None,
    /// })?;
    /// assert!(config.sends(Signal::Logs) && !config.sends(Signal::Traces));
    /// # Ok::<(), codex_otel::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// When a value cannot be used. The error names the variable and does not quote its value.
    pub fn with_environment(mut self, lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let variables = Variables { lookup: &lookup };
        if let Some(disabled) = variables.word("OTEL_SDK_DISABLED", FLAGS, flag)? {
            self.disabled = disabled;
        }
        if let Some(attributes) = variables.parsed("OTEL_RESOURCE_ATTRIBUTES", percent::pairs)? {
            self.resource_attributes.extend(attributes);
            if let Some(name) = self.resource_attributes.remove("service.name") {
                self.service_name = Some(name);
            }
        }
        if let Some(name) = variables.text("OTEL_SERVICE_NAME") {
            self.service_name = Some(name);
        }
        self.sampler = variables.sampler()?.unwrap_or(self.sampler);
        let all = variables.exporter("")?;
        for signal in Signal::ALL {
            // A variable for all signals wins over a file, also where the file speaks of one signal.
            let own = variables.signal(signal)?;
            let file = std::mem::take(self.signal_mut(signal));
            *self.signal_mut(signal) = own.over(file.without(&all));
        }
        self.exporter = all.over(self.exporter);
        Ok(self)
    }
}

impl ExporterConfig {
    /// These settings, and those of `below` where there is none here.
    fn over(self, below: Self) -> Self {
        Self {
            enabled: self.enabled.or(below.enabled),
            endpoint: self.endpoint.or(below.endpoint),
            protocol: self.protocol.or(below.protocol),
            headers: self.headers.or(below.headers),
            timeout_ms: self.timeout_ms.or(below.timeout_ms),
            compression: self.compression.or(below.compression),
            ca_certificate: self.ca_certificate.or(below.ca_certificate),
            client_certificate: self.client_certificate.or(below.client_certificate),
            client_key: self.client_key.or(below.client_key),
            queue_records: self.queue_records.or(below.queue_records),
            batch_records: self.batch_records.or(below.batch_records),
            delay_ms: self.delay_ms.or(below.delay_ms),
        }
    }

    /// These settings, but for those that `stronger` has.
    fn without(self, stronger: &Self) -> Self {
        fn unless<T, U>(own: Option<T>, stronger: Option<&U>) -> Option<T> {
            own.filter(|_| stronger.is_none())
        }
        Self {
            endpoint: unless(self.endpoint, stronger.endpoint.as_ref()),
            protocol: unless(self.protocol, stronger.protocol.as_ref()),
            headers: unless(self.headers, stronger.headers.as_ref()),
            timeout_ms: unless(self.timeout_ms, stronger.timeout_ms.as_ref()),
            compression: unless(self.compression, stronger.compression.as_ref()),
            ca_certificate: unless(self.ca_certificate, stronger.ca_certificate.as_ref()),
            client_certificate: unless(self.client_certificate, stronger.client_certificate.as_ref()),
            client_key: unless(self.client_key, stronger.client_key.as_ref()),
            ..self
        }
    }
}

/// The variables that have a value.
struct Variables<'l> {
    lookup: &'l dyn Fn(&str) -> Option<String>,
}

impl Variables<'_> {
    fn signal(&self, signal: Signal) -> Result<ExporterConfig, ConfigError> {
        let (infix, exporter, batch) = match signal {
            Signal::Logs => ("LOGS_", "OTEL_LOGS_EXPORTER", Some("OTEL_BLRP")),
            Signal::Traces => ("TRACES_", "OTEL_TRACES_EXPORTER", Some("OTEL_BSP")),
            Signal::Metrics => ("METRICS_", "OTEL_METRICS_EXPORTER", None),
        };
        let mut config = self.exporter(infix)?;
        config.enabled = self.word(exporter, EXPORTERS, is_otlp)?;
        match batch {
            Some(prefix) => {
                config.delay_ms = self.number(&format!("{prefix}_SCHEDULE_DELAY"))?;
                config.queue_records = self.number(&format!("{prefix}_MAX_QUEUE_SIZE"))?;
                config.batch_records = self.number(&format!("{prefix}_MAX_EXPORT_BATCH_SIZE"))?;
            }
            None => config.delay_ms = self.number("OTEL_METRIC_EXPORT_INTERVAL")?,
        }
        Ok(config)
    }

    /// The variables of the OTLP exporter, with `LOGS_`, `TRACES_`, `METRICS_` or nothing inside.
    fn exporter(&self, infix: &str) -> Result<ExporterConfig, ConfigError> {
        let name = |suffix: &str| format!("OTEL_EXPORTER_OTLP_{infix}{suffix}");
        let path = |suffix: &str| self.text(&name(suffix)).map(PathBuf::from);
        Ok(ExporterConfig {
            endpoint: self.parsed(&name("ENDPOINT"), FromStr::from_str)?,
            protocol: self.word(&name("PROTOCOL"), PROTOCOLS, protocol)?,
            headers: self.parsed(&name("HEADERS"), FromStr::from_str)?,
            timeout_ms: self.number(&name("TIMEOUT"))?,
            compression: self.word(&name("COMPRESSION"), COMPRESSIONS, compression)?,
            ca_certificate: path("CERTIFICATE"),
            client_certificate: path("CLIENT_CERTIFICATE"),
            client_key: path("CLIENT_KEY"),
            ..ExporterConfig::default()
        })
    }

    fn sampler(&self) -> Result<Option<Sampler>, ConfigError> {
        let Some(name) = self.text("OTEL_TRACES_SAMPLER") else { return Ok(None) };
        Ok(Some(match name.strip_prefix("parentbased_").unwrap_or(&name) {
            "always_on" => Sampler::AlwaysOn,
            "always_off" => Sampler::AlwaysOff,
            "traceidratio" => Sampler::Ratio(self.parsed("OTEL_TRACES_SAMPLER_ARG", ratio)?.unwrap_or(1.0)),
            _ => return Err(error("OTEL_TRACES_SAMPLER", Problem::Word { expected: SAMPLERS })),
        }))
    }

    fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn parsed<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Result<Option<T>, ConfigError> {
        self.text(name).map(|text| parse(&text)).transpose().map_err(|problem| error(name, problem))
    }

    fn word<T>(
        &self,
        name: &str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        self.parsed(name, |text| parse(&text.to_ascii_lowercase()).ok_or(Problem::Word { expected }))
    }

    fn number<N: FromStr<Err = ParseIntError>>(&self, name: &str) -> Result<Option<N>, ConfigError> {
        self.parsed(name, |text| text.parse().map_err(|source| Problem::Number { source }))
    }
}

fn error(variable: &str, problem: Problem) -> ConfigError {
    ConfigError { variable: variable.to_owned(), problem }
}

fn flag(word: &str) -> Option<bool> {
    word.parse().ok()
}

fn is_otlp(word: &str) -> Option<bool> {
    match word {
        "otlp" => Some(true),
        "none" => Some(false),
        _ => None,
    }
}

fn protocol(word: &str) -> Option<Protocol> {
    match word {
        "http/protobuf" => Some(Protocol::HttpProtobuf),
        "http/json" => Some(Protocol::HttpJson),
        "grpc" => Some(Protocol::Grpc),
        _ => None,
    }
}

fn compression(word: &str) -> Option<Compression> {
    match word {
        "gzip" => Some(Compression::Gzip),
        "none" => Some(Compression::None),
        _ => None,
    }
}

fn ratio(text: &str) -> Result<f64, Problem> {
    text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio)).ok_or(Problem::Ratio)
}
