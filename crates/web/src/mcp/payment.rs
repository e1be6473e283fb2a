//! When credit is short: the user is shown where to add some, and the call is repeated.
//!
//! Nothing is kept between the two calls. The state that the client sends back is sealed to the
//! account, the tool and its arguments, for 15 minutes, so it allows nothing that the repeated call
//! alone would not: credit is looked up again.

use std::collections::BTreeMap;
use std::time::Duration;

use accounts::Caller;
use rmcp::model::{
    ElicitRequest, ElicitRequestParams, InputRequest, InputRequiredResult, RequestStateCodec,
    SealOptions,
};
use sha2::{Digest, Sha256};

use super::arguments::Arguments;
use super::context::Context;
use super::credit::Standing;
use super::fault::Fault;
use super::tools::Call;

const SEALED_FOR: Duration = Duration::from_mins(15);
/// The name of the one request.
const TOP_UP: &str = "top_up";
const STATE: &[u8] = b"top_up";

/// What somebody is about to start.
#[derive(Debug)]
pub(crate) struct Purchase<'a> {
    pub(crate) tool: &'static str,
    pub(crate) arguments: &'a Arguments,
    pub(crate) estimated_nano_usd: i64,
}

/// Nothing when it can be paid for; else what the client has to do first.
pub(crate) async fn asked_for(
    context: &Context,
    caller: &Caller,
    purchase: &Purchase<'_>,
    call: &Call,
) -> Result<Option<InputRequiredResult>, Fault> {
    let seal = Seal::new(context, caller, purchase)?;
    if let Some(state) = &call.state {
        seal.check(state)?;
    }
    let estimate = purchase.estimated_nano_usd;
    let standing = context
        .app
        .credit()
        .standing(caller.account_id, estimate)
        .await;
    let standing = standing.map_err(|problem| context.fault(problem))?;
    let Standing::Short {
        available_nano_usd,
        needed_nano_usd,
        top_up_path,
        ..
    } = standing
    else {
        return Ok(None);
    };
    let short = needed_nano_usd.saturating_sub(available_nano_usd);
    let (url, short) = (context.url(&top_up_path), super::tools::usd(short));
    if call.state.is_none() && context.shows_pages {
        return Ok(Some(seal.ask(&url, &short)));
    }
    Err(insufficient(&url, &short, action(call)))
}

/// What the user did, as the client says.
fn action(call: &Call) -> Option<&str> {
    let responses = call.responses.as_ref()?;
    responses.get(TOP_UP)?.get("action")?.as_str()
}

fn insufficient(url: &str, short: &str, action: Option<&str>) -> Fault {
    let message = match action {
        Some("accept") => {
            format!("the credit is still USD {short} short: a payment may take a moment to arrive")
        }
        Some(_) => format!("the credit is USD {short} short, and the user added none"),
        None => format!("the credit is USD {short} short: ask your user to add some at top_up_url"),
    };
    let mut fault = Fault::new("INSUFFICIENT_CREDITS", message).next("account_status");
    fault.top_up_url = Some(url.to_owned());
    if action == Some("accept") {
        fault = fault.retry_after(10);
    }
    fault
}

struct Seal {
    codec: RequestStateCodec,
    bound_to: String,
}

impl Seal {
    fn new(context: &Context, caller: &Caller, purchase: &Purchase<'_>) -> Result<Self, Fault> {
        let key = context.app.accounts.signing_key("mcp request state");
        let codec = RequestStateCodec::try_new(key.to_vec())
            .map_err(|error| context.fault(crate::Problem::internal(&error)))?;
        let digest = Sha256::digest(purchase.arguments.canonical());
        let bound_to = format!(
            "{}\n{}\n{}",
            caller.account_id,
            purchase.tool,
            hex::encode(digest)
        );
        Ok(Self { codec, bound_to })
    }

    fn check(&self, state: &str) -> Result<(), Fault> {
        match self.codec.open_with(state, self.bound_to.as_bytes()) {
            Ok(opened) if opened == STATE => Ok(()),
            _ => {
                let message = "requestState isn't what was given for this call, or is older than 15 minutes: call \
                               again without it";
                Err(Fault::new("REQUEST_STATE_INVALID", message).field("requestState"))
            }
        }
    }

    fn ask(&self, url: &str, short: &str) -> InputRequiredResult {
        let options = SealOptions::new()
            .associated_data(self.bound_to.as_bytes())
            .ttl(SEALED_FOR);
        let request = ElicitRequest::new(ElicitRequestParams::UrlElicitationParams {
            meta: None,
            message: format!("This plan needs USD {short} more credit. Add some, then go on."),
            url: url.to_owned(),
            elicitation_id: String::new(),
        });
        let requests = BTreeMap::from([(TOP_UP.to_owned(), InputRequest::Elicitation(request))]);
        let state = self.codec.seal_with(STATE, &options);
        InputRequiredResult::new(Some(requests), Some(state))
    }
}
