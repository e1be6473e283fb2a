//! Logs: lines for people, or JSON for machines, on standard error; traces over OTLP behind the
//! feature `otel`.

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Starts logging; `quiet` commands log warnings only unless asked for more.
pub(crate) fn start(filter: Option<&str>, default: &str, format: LogFormat) {
    let filter =
        EnvFilter::try_new(filter.unwrap_or(default)).unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_writer(std::io::stderr);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        LogFormat::Text => lines.with_filter(filter).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
    };
    let registry = tracing_subscriber::registry().with(lines);
    #[cfg(feature = "otel")]
    let registry = registry.with(traces::layer());
    registry.init();
}

/// Sends what is still to be sent; the runtime has to be running.
pub(crate) fn finish() {
    #[cfg(feature = "otel")]
    traces::finish();
}

/// Spans over OTLP (HTTP, protobuf) to `OTEL_EXPORTER_OTLP_ENDPOINT`; nothing without it.
#[cfg(feature = "otel")]
mod traces {
    use std::sync::OnceLock;

    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::Layer;
    use tracing_subscriber::registry::LookupSpan;

    static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

    pub(super) fn layer<S>() -> Option<impl Layer<S>>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    {
        let provider = provider()?;
        let tracer = provider.tracer("planrank");
        Some(
            tracing_opentelemetry::layer()
                .with_tracer(tracer)
                .with_filter(tracing_subscriber::filter::LevelFilter::INFO),
        )
    }

    fn provider() -> Option<&'static SdkTracerProvider> {
        std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT")?;
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .build()
            .inspect_err(|error| crate::output::say!("traces are off: {error}"))
            .ok()?;
        let resource = Resource::builder().with_service_name("planrank").build();
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_batch_exporter(exporter)
            .build();
        Some(PROVIDER.get_or_init(|| provider))
    }

    pub(super) fn finish() {
        if let Some(provider) = PROVIDER.get()
            && let Err(error) = provider.shutdown()
        {
            crate::output::say!("the last traces could not be sent: {error}");
        }
    }
}
