//! Server-sent events out of bytes, as the HTML standard has it (WHATWG, "Server-sent events").
//!
//! Invariants: however the bytes are cut, the events are the same; memory is bounded; any
//! bytes are accepted, and what isn't UTF-8 becomes U+FFFD. An event that its stream leaves
//! unfinished is dropped. Absent: ids and reconnection, which an answer has no use for.

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Empty unless the stream names it.
    pub name: String,
    /// Its `data` lines, joined by line feeds.
    pub data: String,
}

/// A line or an event is longer than the parser was told to bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("one of its events is larger than {max_bytes} bytes")]
pub struct TooLong {
    pub max_bytes: usize,
}

/// Reads a stream piece by piece.
#[derive(Debug)]
pub struct EventParser {
    max_bytes: usize,
    line: Vec<u8>,
    /// A line feed that follows belongs to the carriage return before it.
    after_cr: bool,
    /// A byte order mark may stand before the first line only.
    at_start: bool,
    name: String,
    data: Option<String>,
}

impl EventParser {
    /// `max_bytes` bounds one event.
    pub fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            line: Vec::new(),
            after_cr: false,
            at_start: true,
            name: String::new(),
            data: None,
        }
    }

    /// Adds the events that `bytes` completes to `events`, also those before an error. After an
    /// error the stream can't be read on.
    pub fn push(&mut self, mut bytes: &[u8], events: &mut Vec<Event>) -> Result<(), TooLong> {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.after_cr) && *first == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                return self.keep(bytes);
            };
            self.keep(&bytes[..end])?;
            self.after_cr = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            events.extend(self.end_line());
        }
        Ok(())
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), TooLong> {
        let data = self.data.as_ref().map_or(0, String::len);
        if self.line.len() + part.len() + data + self.name.len() > self.max_bytes {
            return Err(TooLong {
                max_bytes: self.max_bytes,
            });
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn end_line(&mut self) -> Option<Event> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let mark = if std::mem::take(&mut self.at_start) {
            "\u{feff}"
        } else {
            ""
        };
        let line = text.strip_prefix(mark).unwrap_or(&text);
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => self.add_data(value),
            "event" => value.clone_into(&mut self.name),
            // Comments, ids, times to reconnect, and whatever the standard may add.
            _ => {}
        }
        None
    }

    fn add_data(&mut self, value: &str) {
        match &mut self.data {
            Some(data) => {
                data.push('\n');
                data.push_str(value);
            }
            None => self.data = Some(value.to_owned()),
        }
    }

    /// A name without data makes no event.
    fn end_event(&mut self) -> Option<Event> {
        let name = std::mem::take(&mut self.name);
        self.data.take().map(|data| Event { name, data })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// The events of `pieces`, and whether the stream could be read to its end.
    fn read(max_bytes: usize, pieces: &[&[u8]]) -> (Vec<Event>, bool) {
        let mut parser = EventParser::new(max_bytes);
        let mut events = Vec::new();
        let readable = pieces
            .iter()
            .all(|piece| parser.push(piece, &mut events).is_ok());
        (events, readable)
    }

    fn data(text: &str) -> Vec<String> {
        let (events, readable) = read(1_000, &[text.as_bytes()]);
        assert!(readable);
        events.into_iter().map(|event| event.data).collect()
    }

    #[rstest]
    #[case::line_feeds("data: a\n\ndata: b\n\n", &["a", "b"])]
    #[case::carriage_returns("data: a\r\rdata: b\r\r", &["a", "b"])]
    #[case::both("data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"])]
    #[case::byte_order_mark("\u{feff}data: a\n\n", &["a"])]
    #[case::lines_of_one_event("data: a\ndata: b\n\n", &["a\nb"])]
    #[case::one_space_goes("data:  a\ndata:b\n\n", &[" a\nb"])]
    #[case::comments_are_nothing(": keep-alive\n\n: \n\ndata: a\n\n", &["a"])]
    #[case::empty_data("data\n\ndata:\n\n", &["", ""])]
    #[case::names_alone_are_nothing("event: ping\n\n", &[])]
    #[case::other_fields("id: 7\nretry: 10\nx\ndata: a\n\n", &["a"])]
    #[case::unfinished("data: a\n\ndata: b\n", &["a"])]
    fn a_stream_has_these_events(#[case] stream: &str, #[case] expected: &[&str]) {
        assert_eq!(data(stream), expected);
    }

    #[test]
    fn a_name_is_of_its_event_only() {
        let (events, _) = read(99, &[b"event: error\ndata: 1\n\ndata: 2\n\n"]);
        let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(names, ["error", ""]);
    }

    #[rstest]
    #[case::line("data: 0123456789\n\n")]
    #[case::endless_line("0123456789abcdefg")]
    #[case::event("data: 01234\ndata: 56789\n\n")]
    fn what_is_too_long_is_refused_after_what_came_before(#[case] rest: &str) {
        let stream = format!("data: a\n\n{rest}");
        let (events, readable) = read(15, &[stream.as_bytes()]);
        assert_eq!((events.len(), readable), (1, false));
    }

    /// Text in which line ends, fields and broken characters are frequent.
    fn streams() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"data: ".to_vec()),
            Just(b"data".to_vec()),
            Just(b"event: x".to_vec()),
            Just(b":".to_vec()),
            Just(b"\n".to_vec()),
            Just(b"\r".to_vec()),
            Just(b"\r\n".to_vec()),
            Just(b"\n\n".to_vec()),
            Just("\u{feff}é".as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 0..6),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_events(
            stream in streams(),
            cuts in proptest::collection::vec(0_usize..240, 0..12),
            max_bytes in prop_oneof![Just(1_000_usize), 0_usize..40],
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(stream.len())).collect();
            cuts.extend([0, stream.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
            let whole = read(max_bytes, &[&stream]);
            prop_assert_eq!(&read(max_bytes, &pieces), &whole);
            let bytes: Vec<&[u8]> = stream.chunks(1).collect();
            prop_assert_eq!(&read(max_bytes, &bytes), &whole);
        }

        #[test]
        fn what_is_written_is_read_back(
            events in proptest::collection::vec(("[a-z]{0,5}", "[^\r\n]{0,20}(\n[^\r\n]{0,9})?"), 0..6),
        ) {
            let written: Vec<String> = events
                .iter()
                .map(|(name, data)| {
                    let data = data.replace('\n', "\ndata: ");
                    format!("event: {name}\ndata: {data}\n\n")
                })
                .collect();
            let read: Vec<(String, String)> = read(10_000, &[written.concat().as_bytes()])
                .0
                .into_iter()
                .map(|event| (event.name, event.data))
                .collect();
            prop_assert_eq!(read, events);
        }
    }
}
