//! Telemetry as a whole: from a configuration to sinks that send, and to their end.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use codex_observe::{SessionFacts, TraceContext};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::{
    Resource,
    logs::SdkLoggerProvider,
    metrics::SdkMeterProvider,
    trace::{Sampler as SdkSampler, SdkTracerProvider},
};
use tokio::sync::{Semaphore, mpsc};

use crate::{
    config::{
        DEFAULT_BATCH_RECORDS, DEFAULT_DELAY_MS, DEFAULT_METRIC_INTERVAL_MS, DEFAULT_QUEUE_RECORDS,
        ExporterConfig, OtelConfig, Sampler, Signal,
    },
    export::{
        BatchLimits, BatchQueue, Collector, Complaint, Counters, Delivery, ExportCounts, Pipelines,
        QueueInput, SharedReader, StartError, Unflushed, Worker, log_queue, metric_reader, span_queue,
    },
    host_name::host_name,
    observer::{ObserverOptions, OtelObserver, Sinks},
    resource::{Program, resource, service_name, with_host_name},
};

/// Sinks that send to a collector, from a thread of their own.
///
/// Nothing of it can slow or break a request: what the collector does not take in time is dropped and counted
/// ([`counts`](Self::counts)), and a warning says so once.
///
/// ```no_run
/// use codex_otel::{OtelConfig, Program, Telemetry, parent_from_lookup};
/// use codex_observe::SessionFacts;
/// use std::time::Duration;
///
/// let variable = |name: &str| std::env::var(name).ok();
/// let (config, ignored) = OtelConfig::default().with_environment(variable)?;
/// ignored.iter().for_each(|variable| eprintln!("ignored: {variable}"));
/// let telemetry = Telemetry::start(&config, Program::new("my-app", "1.0.0"))?;
/// let observer = telemetry.observer(SessionFacts::default(), parent_from_lookup(variable));
/// // … give the observer to the clients …
/// telemetry.shutdown(Duration::from_secs(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Telemetry {
    sinks: Sinks,
    worker: Worker,
    counters: Counters,
    log_user_prompts: bool,
    service_name: String,
    observers: Mutex<Vec<Weak<OtelObserver>>>,
}

impl Telemetry {
    /// Starts what the configuration turns on. Does not wait for a collector.
    ///
    /// # Errors
    /// When a file of the TLS settings cannot be used, or the system gives no thread.
    pub fn start(config: &OtelConfig, program: Program) -> Result<Self, StartError> {
        let mut starting = Starting {
            config,
            resource: resource(config, program),
            pipelines: Pipelines::new(),
            counters: Counters::default(),
            complaint: Complaint::default(),
        };
        let mut sinks = Sinks::default();
        if config.sends(Signal::Logs) {
            sinks.logs = Some(starting.logs()?);
        }
        if config.sends(Signal::Traces) {
            sinks.traces = Some(starting.traces()?);
        }
        if config.sends(Signal::Metrics) {
            sinks.metrics = Some(starting.metrics()?);
        }
        Ok(Self {
            sinks,
            worker: Worker::start(starting.pipelines)?,
            counters: starting.counters,
            log_user_prompts: config.log_user_prompts,
            service_name: service_name(config, program),
            observers: Mutex::default(),
        })
    }

    /// An observer that writes to the sinks; its spans are closed at the shutdown.
    pub fn observer(&self, session: SessionFacts, parent: Option<TraceContext>) -> Arc<OtelObserver> {
        let options = ObserverOptions {
            session,
            parent,
            log_user_prompts: self.log_user_prompts,
            service_name: Some(self.service_name.clone()),
            ..ObserverOptions::default()
        };
        let observer = Arc::new(OtelObserver::new(&self.sinks, options));
        let mut observers = self.observers.lock().unwrap_or_else(PoisonError::into_inner);
        observers.retain(|known| known.strong_count() > 0);
        observers.push(Arc::downgrade(&observer));
        observer
    }

    /// The sinks, for what else a program wants to write to them.
    pub fn sinks(&self) -> &Sinks {
        &self.sinks
    }

    /// What became of the telemetry so far.
    pub fn counts(&self) -> ExportCounts {
        self.counters.counts()
    }

    /// Sends all that waits, and blocks for `timeout` at most. Whether all was handled by then, be it delivered or given
    /// up.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.worker.flush(timeout).is_empty()
    }

    /// Closes the open spans, sends all that waits, and ends. Blocks for `timeout` at most, and sends nothing twice:
    /// a collector that is down costs no time. Returns what became of the telemetry: what was still queued or on its way
    /// when the time was over is [`lost`](crate::SignalCounts::lost).
    pub fn shutdown(self, timeout: Duration) -> ExportCounts {
        let started = Instant::now();
        let observers = self.observers.lock().unwrap_or_else(PoisonError::into_inner);
        observers.iter().filter_map(Weak::upgrade).for_each(|observer| observer.close());
        self.worker.hurry();
        let unflushed = self.worker.flush(timeout.saturating_sub(started.elapsed()));
        let unanswered: Vec<_> = unflushed.iter().map(|(signal, _)| *signal).collect();
        let counts = self.counters.final_counts(&unanswered);
        for (signal, _) in unflushed.iter().filter(|(_, why)| *why == Unflushed::Gone) {
            let (signal, lost) = (signal.as_str(), counts.of(*signal).lost);
            tracing::warn!(signal, lost, why = "the exporter has ended before", "telemetry is lost");
        }
        counts
    }
}

impl std::fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telemetry").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

/// What the three signals are made from.
struct Starting<'c> {
    config: &'c OtelConfig,
    resource: Resource,
    pipelines: Pipelines,
    counters: Counters,
    complaint: Complaint,
}

impl Starting<'_> {
    fn logs(&mut self) -> Result<SdkLoggerProvider, StartError> {
        let config = self.config.effective(Signal::Logs);
        let mut delivery = self.delivery(Signal::Logs, &config)?;
        let (input, records) = self.queue(Signal::Logs, &config);
        let resource = with_host_name(&self.resource, host_name().as_deref());
        let attributes = ResourceAttributesWithSchema::from(&resource);
        let limits = limits(&config);
        self.pipelines.add(Signal::Logs, |flushes| {
            BatchQueue { records, flushes, limits }.run(async move |batch: Vec<_>| {
                delivery.deliver(&log_queue::message(&batch, &attributes), count(&batch)).await;
            })
        });
        Ok(SdkLoggerProvider::builder().with_resource(resource).with_log_processor(input).build())
    }

    fn traces(&mut self) -> Result<SdkTracerProvider, StartError> {
        let config = self.config.effective(Signal::Traces);
        let mut delivery = self.delivery(Signal::Traces, &config)?;
        let (input, records) = self.queue(Signal::Traces, &config);
        let resource = ResourceAttributesWithSchema::from(&self.resource);
        let limits = limits(&config);
        self.pipelines.add(Signal::Traces, |flushes| {
            BatchQueue { records, flushes, limits }.run(async move |batch: Vec<_>| {
                let spans = count(&batch);
                delivery.deliver(&span_queue::message(batch, &resource), spans).await;
            })
        });
        Ok(SdkTracerProvider::builder()
            .with_resource(self.resource.clone())
            .with_sampler(sampler(self.config.sampler))
            .with_span_processor(input)
            .build())
    }

    fn metrics(&mut self) -> Result<SdkMeterProvider, StartError> {
        let config = self.config.effective(Signal::Metrics);
        let mut delivery = self.delivery(Signal::Metrics, &config)?;
        let reader = SharedReader::default();
        let read = reader.clone();
        let every = delay(&config, DEFAULT_METRIC_INTERVAL_MS);
        self.pipelines.add(Signal::Metrics, |flushes| {
            metric_reader::run(flushes, every, async move || {
                if let Some(message) = read.message() {
                    delivery.counters.of(Signal::Metrics).offered(1);
                    delivery.deliver(&message, 1).await;
                }
            })
        });
        Ok(SdkMeterProvider::builder().with_resource(self.resource.clone()).with_reader(reader).build())
    }

    fn delivery(&self, signal: Signal, config: &ExporterConfig) -> Result<Delivery, StartError> {
        Ok(Delivery {
            signal,
            collector: Collector::new(config)?,
            counters: self.counters.clone(),
            complaint: self.complaint.clone(),
            hurry: self.pipelines.hurry(),
        })
    }

    fn queue<T>(&self, signal: Signal, config: &ExporterConfig) -> (QueueInput<T>, mpsc::Receiver<T>) {
        let records = config.queue_records.map_or(DEFAULT_QUEUE_RECORDS, |records| records.get());
        // More than tokio's queues can hold is more than any memory can.
        let (records, queued) = mpsc::channel(records.min(Semaphore::MAX_PERMITS));
        (QueueInput { records, signal, counters: self.counters.clone() }, queued)
    }
}

fn limits(config: &ExporterConfig) -> BatchLimits {
    let records = config.batch_records.map_or(DEFAULT_BATCH_RECORDS, |records| records.get());
    BatchLimits { records, delay: delay(config, DEFAULT_DELAY_MS) }
}

/// At most a day: timers do not reach for ever.
fn delay(config: &ExporterConfig, default_ms: u64) -> Duration {
    const DAY: Duration = Duration::from_secs(86_400);
    Duration::from_millis(config.delay_ms.map_or(default_ms, |delay| delay.get())).min(DAY)
}

fn sampler(sampler: Sampler) -> SdkSampler {
    let root = match sampler {
        Sampler::AlwaysOn => SdkSampler::AlwaysOn,
        Sampler::AlwaysOff => SdkSampler::AlwaysOff,
        Sampler::Ratio(ratio) => SdkSampler::TraceIdRatioBased(ratio.clamp(0.0, 1.0)),
    };
    SdkSampler::ParentBased(Box::new(root))
}

fn count<T>(batch: &[T]) -> u64 {
    u64::try_from(batch.len()).unwrap_or(u64::MAX)
}
