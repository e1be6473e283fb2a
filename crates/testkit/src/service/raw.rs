//! Requests that no well-behaved client sends: written to the socket byte by byte.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No answer of a test takes this long.
const PATIENCE: Duration = Duration::from_secs(100);

/// A connection on which anything can be written.
#[derive(Debug)]
pub struct RawRequest {
    stream: TcpStream,
}

impl RawRequest {
    /// Connects and writes `head`, in which lines end as they do in Rust (`\n`).
    pub async fn open(address: SocketAddr, head: &str) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream
            .write_all(head.replace('\n', "\r\n").as_bytes())
            .await?;
        Ok(Self { stream })
    }

    /// Writes bytes as they are. Fails when the server has hung up.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Writes one chunk of a body whose length isn't told.
    pub async fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        let size = format!("{:x}\r\n", bytes.len());
        self.write(&[size.as_bytes(), bytes, b"\r\n"].concat())
            .await
    }

    /// What the server answers until it hangs up, or until nothing comes for a while.
    pub async fn answer(mut self) -> RawAnswer {
        let mut all = Vec::new();
        // A reset after the answer is how a server says that it won't read the rest.
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut all)).await;
        RawAnswer(all)
    }
}

/// Everything that came back.
#[derive(Debug)]
pub struct RawAnswer(Vec<u8>);

impl RawAnswer {
    /// `None` when the server hung up without an answer.
    pub fn status(&self) -> Option<u16> {
        let text = self.text();
        let line = text.lines().next()?;
        line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
    }

    pub fn text(&self) -> String {
        super::text(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::RawAnswer;

    #[test]
    fn the_status_of_an_answer_is_known_and_that_of_silence_is_not() {
        let answer = |bytes: &[u8]| RawAnswer(bytes.to_vec()).status();
        assert_eq!(answer(b"HTTP/1.1 413 Payload Too Large\r\n\r\n"), Some(413));
        assert_eq!(answer(b""), None);
        assert_eq!(answer(b"HTTP/1.1 4"), None);
    }
}
