//! Device codes that wait to be confirmed, and the authorization codes that come of them.

use std::collections::VecDeque;
use std::time::Duration;

use super::device_flow::DeviceFlow;
use crate::ids::Ids;

/// Most device codes that wait; the oldest goes first.
pub const MAX_DEVICE_CODES: usize = 100;

/// Changes the ids of device codes, so that they are none of a response's.
const SEED: u64 = 0x5EED_0DE1_CEC0_DE00;

/// A device code.
#[derive(Clone)]
pub(crate) struct DeviceCode {
    pub(crate) device_auth_id: String,
    pub(crate) user_code: String,
    pub(crate) authorization_code: String,
    pub(crate) code_verifier: String,
    pub(crate) code_challenge: String,
    polls_left: u32,
    expires: Duration,
}

/// What a poll finds.
pub(crate) enum Poll {
    /// Not confirmed yet.
    Pending,
    /// Confirmed.
    Confirmed(DeviceCode),
    /// Never given, expired, or exchanged already.
    Unknown,
}

/// The device codes of an authority.
#[derive(Default)]
pub(crate) struct DeviceCodes {
    codes: VecDeque<DeviceCode>,
    given: u64,
}

impl DeviceCodes {
    /// Gives a new code.
    pub(crate) fn give(&mut self, flow: &DeviceFlow, seed: u64, age: Duration) -> DeviceCode {
        self.given += 1;
        let mut ids = Ids::for_request(seed ^ SEED, self.given);
        let user_code = ids.sized("", 8).to_uppercase();
        let (left, right) = user_code.split_at(4);
        let code = DeviceCode {
            device_auth_id: ids.sized("deviceauth_", 32),
            user_code: format!("{left}-{right}"),
            authorization_code: ids.sized("ac_", 40),
            code_verifier: ids.sized("", 64),
            code_challenge: ids.sized("", 43),
            polls_left: flow.pending_polls,
            expires: age.saturating_add(flow.valid_for),
        };
        self.codes.push_back(code.clone());
        if self.codes.len() > MAX_DEVICE_CODES {
            self.codes.pop_front();
        }
        code
    }

    /// A device asks whether its code was confirmed.
    pub(crate) fn poll(&mut self, device_auth_id: &str, user_code: &str, age: Duration) -> Poll {
        let asked =
            |code: &&mut DeviceCode| code.device_auth_id == device_auth_id && code.user_code == user_code;
        match self.codes.iter_mut().find(asked).filter(|code| age < code.expires) {
            None => Poll::Unknown,
            Some(code) if code.polls_left > 0 => {
                code.polls_left -= 1;
                Poll::Pending
            }
            Some(code) => Poll::Confirmed(code.clone()),
        }
    }

    /// Takes a confirmed code back; whether it was one, and its verifier is right.
    pub(crate) fn exchange(&mut self, authorization_code: &str, verifier: &str, age: Duration) -> bool {
        let given = |code: &DeviceCode| {
            code.authorization_code == authorization_code
                && code.code_verifier == verifier
                && code.polls_left == 0
                && age < code.expires
        };
        let Some(position) = self.codes.iter().position(given) else { return false };
        self.codes.remove(position).is_some()
    }
}
