//! Streams as they come, in pieces and with pauses.

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::HttpOptions;

const STALL: Duration = Duration::from_millis(250);

/// Adds up `text`, and finishes at `end`.
#[derive(Default)]
struct Words(String, bool);

impl Gather for Words {
    fn add(&mut self, event: &Value) -> Step {
        let text = event["text"].as_str().unwrap_or_default();
        self.0.push_str(text);
        self.1 |= event["end"] == json!(true);
        match (self.1, text.is_empty()) {
            (true, _) => Step::Finished,
            (false, false) => Step::Output,
            (false, true) => Step::Nothing,
        }
    }

    fn held_bytes(&self) -> usize {
        self.0.len()
    }

    fn into_answer(self) -> Value {
        json!(self.0)
    }
}

/// What a server does next.
#[derive(Clone)]
enum Act {
    Send(String),
    Pause(Duration),
    Break,
    /// The same for ever: pauses with something sent after each.
    Repeat(Duration, String),
}

struct Script(std::vec::IntoIter<Act>);

impl Source for Script {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, CallError> {
        for act in self.0.by_ref() {
            match act {
                Act::Send(text) => return Ok(Some(text.into_bytes())),
                Act::Pause(pause) => tokio::time::sleep(pause).await,
                Act::Break => {
                    return Err(CallError::Broken {
                        provider: "test".into(),
                        message: "reset".into(),
                    });
                }
                Act::Repeat(pause, text) => {
                    tokio::time::sleep(pause).await;
                    self.0 = vec![Act::Repeat(pause, text.clone())].into_iter();
                    return Ok(Some(text.into_bytes()));
                }
            }
        }
        Ok(None)
    }
}

fn endpoint() -> Endpoint {
    let options = HttpOptions {
        max_response_bytes: 1_000,
        ..HttpOptions::default()
    };
    Endpoint::new("test", "http://127.0.0.1:1/v1", None, &[], options).unwrap()
}

async fn outcome(acts: Vec<Act>) -> Result<Value, CallError> {
    let endpoint = endpoint();
    let source = Script(acts.into_iter());
    Listener::new(&endpoint, "m", source, Words::default())
        .answer(STALL)
        .await
}

fn event(text: &str) -> Act {
    send(&format!("data: {{\"text\": {text:?}}}\n\n"))
}

fn send(text: &str) -> Act {
    Act::Send(text.to_owned())
}

fn pause(millis: u64) -> Act {
    Act::Pause(Duration::from_millis(millis))
}

fn end() -> Act {
    send("data: {\"end\": true}\n\n")
}

#[rstest]
#[case::in_pieces(vec![send("data: {\"te"), send("xt\": \"a\"}\n"), send("\n"), end()], "a")]
#[case::closed_by_the_wire(vec![event("a"), send("data: [DONE]\n\n")], "a")]
#[case::broken_after_its_end(vec![event("a"), end(), Act::Break], "a")]
#[case::silent_after_its_end(vec![event("a"), end(), pause(60_000)], "a")]
#[case::garbage_after_its_end(vec![event("a"), end(), send("data: {\n\n")], "a")]
#[tokio::test]
async fn an_answer_that_has_ended_is_used(#[case] acts: Vec<Act>, #[case] text: &str) {
    assert_eq!(outcome(acts).await, Ok(json!(text)));
}

#[tokio::test]
async fn a_slow_answer_that_goes_on_is_not_stalled() {
    let mut acts: Vec<Act> = (0..12).flat_map(|_| [pause(40), event("a")]).collect();
    acts.push(end());
    assert_eq!(outcome(acts).await, Ok(json!("a".repeat(12))));
}

#[rstest]
#[case::from_the_start(vec![pause(60_000)])]
#[case::in_the_middle(vec![event("a"), pause(60_000)])]
#[case::comments_only(vec![event("a"), keeps_sending(": keep-alive\n\n")])]
#[case::pings_only(vec![keeps_sending("data: {\"type\": \"ping\"}\n\n")])]
#[case::an_unfinished_event(vec![event("a"), send("data: {"), keeps_sending(" ")])]
#[tokio::test]
async fn no_output_is_a_stall(#[case] acts: Vec<Act>) {
    let Err(CallError::Stalled { after, .. }) = outcome(acts).await else {
        panic!("it must stall");
    };
    assert_eq!(after, STALL);
}

fn keeps_sending(text: &str) -> Act {
    Act::Repeat(Duration::from_millis(5), text.to_owned())
}

#[rstest]
#[case::cut(vec![event("a")], "ended in the middle")]
#[case::reset(vec![event("a"), Act::Break], "reset")]
#[case::garbage(vec![event("a"), send("data: {\n\n"), end()], "isn't JSON")]
#[case::too_much_text(vec![keeps_sending(&format!("data: {{\"text\": {:?}}}\n\n", "a".repeat(99)))], "larger than 1000 bytes")]
#[case::one_endless_event(vec![event("a"), send(&"a".repeat(1_001))], "larger than 1000 bytes")]
#[case::too_much_of_nothing(vec![event("a"), keeps_sending(&format!(": {}\n", "a".repeat(900)))], "larger than 16000 bytes")]
#[case::an_error(vec![event("a"), send("data: {\"error\": {\"message\": \"overloaded\"}}\n\n")], "overloaded")]
#[tokio::test]
async fn half_an_answer_is_none_but_may_be_billed(#[case] acts: Vec<Act>, #[case] words: &str) {
    let error = outcome(acts).await.unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    assert!(error.is_transient() && error.may_be_billed(), "{error:?}");
}

#[rstest]
#[case(json!({"message": "x", "code": 429}), true)]
#[case(json!({"message": "x", "type": "overloaded_error"}), true)]
#[case(json!({"message": "x", "type": "invalid_request_error"}), false)]
#[tokio::test]
async fn an_error_before_any_output_is_what_its_status_would_be(
    #[case] error: Value,
    #[case] transient: bool,
) {
    let sent = send(&format!("data: {}\n\n", json!({"error": error})));
    let error = outcome(vec![sent]).await.unwrap_err();
    assert_eq!(error.is_transient(), transient);
    assert!(!error.may_be_billed(), "{error:?}");
}
