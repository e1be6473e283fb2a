//! Asking the service to stop.

use queue::Stop;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Requested by the first SIGTERM or Ctrl-C; the second ends the process at once.
pub(in crate::commands) fn stop_when_asked() -> Stop {
    let stop = Stop::new();
    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    );
    match signals {
        (Ok(terminate), Ok(interrupt)) => {
            tokio::spawn(watch(terminate, interrupt, stop.clone()));
        }
        (terminate, interrupt) => {
            tracing::warn!(?terminate, ?interrupt, "signals can't be received");
        }
    }
    stop
}

async fn watch(mut terminate: Signal, mut interrupt: Signal, stop: Stop) {
    either(&mut terminate, &mut interrupt).await;
    tracing::info!("stopping: finishing what is under way");
    stop.request();
    either(&mut terminate, &mut interrupt).await;
    std::process::exit(130);
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
