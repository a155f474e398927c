//! The meter provider of the process, and what it knows as text.
//!
//! `opentelemetry-prometheus` is the OpenTelemetry project's own exporter: discontinued with 0.29,
//! it was taken up again without its protobuf dependency in 0.32 and is released with the SDK
//! since, which no other text exporter is.

use std::sync::{LazyLock, OnceLock};

use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{Instrument, SdkMeterProvider, Stream};
use prometheus::{Registry, TextEncoder};

use crate::{Metrics, catalogue};

/// The media type of [`exposition`].
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

struct Telemetry {
    registry: Registry,
    metrics: Metrics,
    _provider: SdkMeterProvider,
}

static PROGRAM: OnceLock<Program> = OnceLock::new();

struct Program {
    name: &'static str,
    version: &'static str,
}

static TELEMETRY: LazyLock<Telemetry> = LazyLock::new(|| {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .scope_info_enabled(false)
        .build()
        .expect("a new registry takes its first collector");
    let limits: Vec<_> =
        catalogue::entries().iter().map(|entry| (entry.name, entry.series() + 1)).collect();
    // The SDK makes room for every series an instrument may have; by default for 2000.
    let bounded = move |instrument: &Instrument| {
        let (_, limit) = limits.iter().find(|(name, _)| *name == instrument.name())?;
        Stream::builder().with_cardinality_limit(*limit).build().ok()
    };
    let provider = SdkMeterProvider::builder()
        .with_resource(resource())
        .with_reader(exporter)
        .with_view(bounded)
        .build();
    let metrics = Metrics::register(&provider.meter("longhaul"));
    Telemetry { registry, metrics, _provider: provider }
});

fn resource() -> Resource {
    let program = PROGRAM.get_or_init(|| Program { name: "longhaul", version: "unknown" });
    Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.name", program.name),
            KeyValue::new("service.version", program.version),
        ])
        .build()
}

/// Says which program this is; before the first use of [`metrics`], or it has no effect.
pub fn start(name: &'static str, version: &'static str) {
    let _ = PROGRAM.set(Program { name, version });
    LazyLock::force(&TELEMETRY);
}

/// The instruments of the process, for all who work in it.
#[must_use]
pub fn metrics() -> &'static Metrics {
    &TELEMETRY.metrics
}

/// Everything that was recorded, in the text format of Prometheus.
#[must_use]
pub fn exposition() -> String {
    let mut text = String::new();
    // A value that cannot be written would be missing; none of ours can.
    let _ = TextEncoder::new().encode_utf8(&TELEMETRY.registry.gather(), &mut text);
    text
}
