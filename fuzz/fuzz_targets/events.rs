//! Server-sent events of any bytes, cut anywhere: the same events, in bounded memory.

#![no_main]

use libfuzzer_sys::fuzz_target;
use llm::sse::{Event, EventParser};

const MAX_BYTES: usize = 64;

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Event>, bool) {
    let mut parser = EventParser::new(MAX_BYTES);
    let mut events = Vec::new();
    for piece in pieces {
        if parser.push(piece, &mut events).is_err() {
            return (events, false);
        }
    }
    (events, true)
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, stream) = input;
    let whole = read(std::iter::once(stream));
    let pieces = stream.chunks(usize::from(size) + 1);
    assert_eq!(read(pieces), whole, "a cut changes the events");
    for event in &whole.0 {
        // A byte that isn't UTF-8 becomes three.
        assert!(event.data.len() <= 3 * MAX_BYTES, "an event is larger than its bound");
    }
});
