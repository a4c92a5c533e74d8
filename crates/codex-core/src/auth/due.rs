//! When a login is to be renewed before it is used.

use std::time::{Duration, SystemTime};

/// A token is renewed when it expires within this time: 5 minutes.
pub const REFRESH_MARGIN: Duration = Duration::from_secs(5 * 60);
/// A login whose token does not say when it expires is renewed at this age: 8 days.
pub const MAX_LOGIN_AGE: Duration = Duration::from_secs(8 * 24 * 60 * 60);
/// An expiry further away than this is not believed: 10 years.
const FARTHEST_EXPIRY: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Whether a login is to be renewed, the more urgent the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// Not yet.
    No,
    /// Soon, but the token still works.
    Soon,
    /// The token does not work any more, as far as this machine's clock can tell.
    Past,
}

/// How urgent it is, by a clock that may be wrong: an expiry that lies too far in its future counts as none.
pub(super) fn due(expires_at: Option<SystemTime>, last_refresh: Option<SystemTime>, now: SystemTime) -> Due {
    let Some(left) = expires_at.map(|at| at.duration_since(now).unwrap_or_default()) else {
        return by_age(last_refresh, now);
    };
    match left {
        Duration::ZERO => Due::Past,
        left if left <= REFRESH_MARGIN => Due::Soon,
        left if left <= FARTHEST_EXPIRY => Due::No,
        _ => by_age(last_refresh, now),
    }
}

/// A time of last refresh in the future is a clock that was set back: the 401 will tell.
fn by_age(last_refresh: Option<SystemTime>, now: SystemTime) -> Due {
    let age = last_refresh.and_then(|at| now.duration_since(at).ok());
    if age.is_some_and(|age| age > MAX_LOGIN_AGE) { Due::Soon } else { Due::No }
}
