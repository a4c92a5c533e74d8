//! Steering a response that runs (WebSocket only).

use crate::input::Input;
use crate::item::ResponseItem;
use crate::response::ResponseError;

wire_struct! {
    /// A steer: input given to a response that runs.
    pub struct Steer {
        /// Its id.
        filled id: String,
        /// The response it is for.
        optional previous_response_id: String,
        /// The input, given back when it failed.
        optional input: Input,
    }
}

event_struct! {
    /// The service took the steer: the response ends as incomplete, and a successor begins.
    pub struct SteerAccepted {
        /// The steer.
        required steer: Box<Steer>,
        /// The lane.
        optional stream_id: String,
    }
}

event_struct! {
    /// The steer waits for outputs of tools.
    pub struct SteerPending {
        /// The steer.
        required steer: Steer,
        /// What it waits for; `waiting_for_required_input` so far.
        optional reason: String,
        /// Stubs of the items it waits for, to be filled.
        list required_input: ResponseItem,
        /// The lane.
        optional stream_id: String,
    }
}

event_struct! {
    /// The service did not take the steer; `steer.input` gives it back.
    pub struct SteerFailed {
        /// The steer.
        required steer: Steer,
        /// Why.
        optional error: ResponseError,
        /// The lane.
        optional stream_id: String,
    }
}
