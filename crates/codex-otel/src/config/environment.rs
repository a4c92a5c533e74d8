//! The standard variables, over what a file says
//! (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>).

use std::{cell::RefCell, num::ParseIntError, path::PathBuf, str::FromStr};

use super::{
    Compression, ConfigError, ExporterConfig, OtelConfig, Problem, Protocol, Sampler, Signal, percent,
};

/// What the variables of the OTLP exporter begin with.
const OTLP: &str = "OTEL_EXPORTER_OTLP_";
/// What those that name a collector end with.
const ENDPOINT: &str = "ENDPOINT";

const EXPORTERS: &str = "`otlp` or `none`";
const PROTOCOLS: &str = "`http/protobuf`, `http/json` or `grpc`";
const COMPRESSIONS: &str = "`gzip` or `none`";
const FLAGS: &str = "`true` or `false`";
const SAMPLERS: &str = "`always_on`, `always_off`, `traceidratio`, or one of these after `parentbased_`";

impl OtelConfig {
    /// With what the standard variables say in place of the same setting here. A variable that is unset or empty says
    /// nothing. A variable for one signal wins over the one for all.
    ///
    /// Some of them are meant for every program of a machine, such as `OTEL_TRACES_EXPORTER=console` or
    /// `OTEL_BSP_MAX_QUEUE_SIZE`. One of these that cannot be used is ignored, and returned for the user to know; the rest
    /// holds. None is returned where no collector is named: whoever sends no telemetry need not hear of it. When all is
    /// turned off (`OTEL_SDK_DISABLED=true`), no other variable is read.
    ///
    /// ```
    /// use codex_otel::{OtelConfig, Signal};
    ///
    /// let (config, ignored) = OtelConfig::default().with_environment(|name| match name {
    ///     "OTEL_EXPORTER_OTLP_ENDPOINT" => Some("http://127.0.0.1:4318".to_owned()),
    ///     "OTEL_TRACES_EXPORTER" => Some("none".to_owned()),
    ///     "OTEL_METRICS_EXPORTER" => Some("prometheus".to_owned()),
    ///     _ => None,
    /// })?;
    /// assert!(config.sends(Signal::Logs) && !config.sends(Signal::Traces));
    /// assert_eq!(ignored[0].variable, "OTEL_METRICS_EXPORTER");
    /// # Ok::<(), codex_otel::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// When a collector is named, and a variable `OTEL_EXPORTER_OTLP_…`, which says where it is and how to speak to it,
    /// cannot be used. The error names the variable and does not quote its value.
    pub fn with_environment(
        mut self,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<(Self, Vec<ConfigError>), ConfigError> {
        let variables = Variables { lookup: &lookup, unusable: RefCell::default() };
        if let Some(disabled) = variables.word("OTEL_SDK_DISABLED", FLAGS, flag) {
            self.disabled = disabled;
        }
        if self.disabled {
            return Ok((self, Vec::new()));
        }
        self.take_resource(&variables);
        self.sampler = variables.sampler().unwrap_or(self.sampler);
        let all = variables.exporter("");
        for signal in Signal::ALL {
            // A variable for all signals wins over a file, also where the file speaks of one signal.
            let own = variables.signal(signal);
            let file = std::mem::take(self.signal_mut(signal));
            *self.signal_mut(signal) = own.over(file.without(&all));
        }
        self.exporter = all.over(self.exporter);
        let ignored = self.judge(variables.unusable.into_inner())?;
        Ok((self, ignored))
    }

    fn take_resource(&mut self, variables: &Variables<'_>) {
        if let Some(attributes) = variables.parsed("OTEL_RESOURCE_ATTRIBUTES", percent::pairs) {
            self.resource_attributes.extend(attributes);
            if let Some(name) = self.resource_attributes.remove("service.name") {
                self.service_name = Some(name);
            }
        }
        if let Some(name) = variables.text("OTEL_SERVICE_NAME") {
            self.service_name = Some(name);
        }
    }

    /// Which of the variables that cannot be used are an error, and which are ignored: see
    /// [`with_environment`](Self::with_environment).
    fn judge(&self, unusable: Vec<ConfigError>) -> Result<Vec<ConfigError>, ConfigError> {
        let off = |signal| self.signal(signal).enabled.or(self.exporter.enabled) == Some(false);
        // A collector whose URL is none is meant all the same.
        let badly_named = unusable.iter().any(|error| error.variable.ends_with(ENDPOINT))
            && !Signal::ALL.into_iter().all(off);
        if !self.is_enabled() && !badly_named {
            return Ok(Vec::new());
        }
        let (fatal, ignored): (Vec<_>, _) =
            unusable.into_iter().partition(|error| error.variable.starts_with(OTLP));
        fatal.into_iter().next().map_or(Ok(ignored), Err)
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
    /// Those that were read and cannot be used, in the order of reading.
    unusable: RefCell<Vec<ConfigError>>,
}

impl Variables<'_> {
    fn signal(&self, signal: Signal) -> ExporterConfig {
        let (infix, exporter, batch) = match signal {
            Signal::Logs => ("LOGS_", "OTEL_LOGS_EXPORTER", Some("OTEL_BLRP")),
            Signal::Traces => ("TRACES_", "OTEL_TRACES_EXPORTER", Some("OTEL_BSP")),
            Signal::Metrics => ("METRICS_", "OTEL_METRICS_EXPORTER", None),
        };
        let mut config = self.exporter(infix);
        config.enabled = self.word(exporter, EXPORTERS, is_otlp);
        match batch {
            Some(prefix) => {
                config.delay_ms = self.number(&format!("{prefix}_SCHEDULE_DELAY"));
                config.queue_records = self.number(&format!("{prefix}_MAX_QUEUE_SIZE"));
                config.batch_records = self.number(&format!("{prefix}_MAX_EXPORT_BATCH_SIZE"));
            }
            None => config.delay_ms = self.number("OTEL_METRIC_EXPORT_INTERVAL"),
        }
        config
    }

    /// The variables of the OTLP exporter, with `LOGS_`, `TRACES_`, `METRICS_` or nothing inside.
    fn exporter(&self, infix: &str) -> ExporterConfig {
        let name = |suffix: &str| format!("{OTLP}{infix}{suffix}");
        let path = |suffix: &str| self.text(&name(suffix)).map(PathBuf::from);
        ExporterConfig {
            endpoint: self.parsed(&name(ENDPOINT), FromStr::from_str),
            protocol: self.word(&name("PROTOCOL"), PROTOCOLS, protocol),
            headers: self.parsed(&name("HEADERS"), FromStr::from_str),
            timeout_ms: self.number(&name("TIMEOUT")),
            compression: self.word(&name("COMPRESSION"), COMPRESSIONS, compression),
            ca_certificate: path("CERTIFICATE"),
            client_certificate: path("CLIENT_CERTIFICATE"),
            client_key: path("CLIENT_KEY"),
            ..ExporterConfig::default()
        }
    }

    fn sampler(&self) -> Option<Sampler> {
        let sampler = self.word("OTEL_TRACES_SAMPLER", SAMPLERS, sampler)?;
        Some(match sampler {
            Sampler::Ratio(all) => {
                Sampler::Ratio(self.parsed("OTEL_TRACES_SAMPLER_ARG", ratio).unwrap_or(all))
            }
            fixed => fixed,
        })
    }

    fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn parsed<T>(&self, name: &str, parse: impl FnOnce(&str) -> Result<T, Problem>) -> Option<T> {
        let problem = match parse(&self.text(name)?) {
            Ok(value) => return Some(value),
            Err(problem) => problem,
        };
        self.unusable.borrow_mut().push(ConfigError { variable: name.to_owned(), problem });
        None
    }

    fn word<T>(
        &self,
        name: &str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.parsed(name, |text| parse(&text.to_ascii_lowercase()).ok_or(Problem::Word { expected }))
    }

    fn number<N: FromStr<Err = ParseIntError>>(&self, name: &str) -> Option<N> {
        self.parsed(name, |text| text.parse().map_err(|source| Problem::Number { source }))
    }
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

/// A share is that of everything until the next variable says another.
fn sampler(word: &str) -> Option<Sampler> {
    match word.strip_prefix("parentbased_").unwrap_or(word) {
        "always_on" => Some(Sampler::AlwaysOn),
        "always_off" => Some(Sampler::AlwaysOff),
        "traceidratio" => Some(Sampler::Ratio(1.0)),
        _ => None,
    }
}

fn ratio(text: &str) -> Result<f64, Problem> {
    text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio)).ok_or(Problem::Ratio)
}
