//! The same server on standard input and output, for one account of this machine.

use rmcp::ServiceExt;
use rmcp::transport::stdio;

use super::server::Server;

/// Why it ended otherwise than by the end of its input.
#[derive(Debug, thiserror::Error)]
pub enum StdioError {
    #[error("the client did not begin as MCP does: {0}")]
    Handshake(String),
    #[error("the server ended by a panic: {0}")]
    Panicked(#[from] tokio::task::JoinError),
}

/// Answers on standard output until standard input ends. Nothing else may write there.
pub async fn serve_stdio(server: Server) -> Result<(), StdioError> {
    let running = server.serve(stdio()).await;
    let running = running.map_err(|error| StdioError::Handshake(error.to_string()))?;
    running.waiting().await?;
    Ok(())
}
