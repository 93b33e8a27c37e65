//! When a signature is valid.

use std::time::Duration;

use sfv::BareItemFromInput;

use super::fields::InnerList;
use crate::{rejection::Rejection, time::UnixTime};

/// What the application requires of `created` and `expires`.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    pub(crate) require_created: bool,
    pub(crate) require_expires: bool,
    pub(crate) skew: ClockSkew,
}

/// How far a phone's clock may be off: at most an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockSkew(Duration);

impl ClockSkew {
    pub(crate) fn new(skew: Duration) -> Option<Self> {
        const LONGEST: Duration = Duration::from_secs(60 * 60);
        (skew <= LONGEST).then_some(Self(skew))
    }
}

impl Default for Window {
    fn default() -> Self {
        Self {
            require_created: true,
            require_expires: false,
            skew: ClockSkew(Duration::from_secs(60)),
        }
    }
}

/// When one signature is valid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Validity {
    pub(super) created: Option<i64>,
    expires: Option<i64>,
    /// Seconds since 1970, including the skew.
    end: Option<f64>,
}

impl Validity {
    pub(super) fn end(self) -> Option<UnixTime> {
        self.end.map(UnixTime::at)
    }

    /// Whether the signature is still valid.
    pub(super) fn check(self, now: UnixTime) -> Result<(), Rejection> {
        match self.end {
            Some(end) if end < now.seconds() => Err(Rejection::SignatureExpired),
            _ => Ok(()),
        }
    }
}

impl Window {
    /// Checks the parameters of a signature. It is valid for `max_age` after `created` at most.
    pub(super) fn check(
        &self,
        input: &InnerList<'_>,
        max_age: Option<Duration>,
        now: UnixTime,
    ) -> Result<Validity, Rejection> {
        let times = Validity {
            created: seconds(input, "created")?,
            expires: seconds(input, "expires")?,
            end: None,
        };
        self.check_times(times, max_age, now)
    }

    /// The same for a signature that was already verified under a policy with another `max_age`.
    pub(super) fn check_times(
        &self,
        times: Validity,
        max_age: Option<Duration>,
        now: UnixTime,
    ) -> Result<Validity, Rejection> {
        let Validity { created, expires, .. } = times;
        let needs_created = self.require_created || max_age.is_some();
        if (needs_created && created.is_none()) || (self.require_expires && expires.is_none()) {
            return Err(Rejection::SignatureTimeMissing);
        }
        let skew = self.skew.0.as_secs_f64();
        // Whole seconds of 15 digits at most (RFC 9651, section 3.3.1): exact in a float.
        #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
        let time = |seconds: Option<i64>| seconds.map(|seconds| seconds as f64);
        if time(created).is_some_and(|created| created > now.seconds() + skew) {
            return Err(Rejection::SignatureNotYetValid);
        }
        let max_age = max_age.map(|max_age| max_age.as_secs_f64());
        let too_old = time(created).zip(max_age).map(|(created, max_age)| created + max_age);
        let end = [time(expires), too_old].into_iter().flatten().reduce(f64::min);
        let validity = Validity {
            created,
            expires,
            end: end.map(|end| end + skew),
        };
        validity.check(now)?;
        Ok(validity)
    }
}

fn seconds(input: &InnerList<'_>, name: &str) -> Result<Option<i64>, Rejection> {
    match input.parameter(name) {
        None => Ok(None),
        Some(BareItemFromInput::Integer(seconds)) => Ok(Some(i64::from(*seconds))),
        Some(_) => Err(Rejection::SignatureMalformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::fields::{Member, parse_dictionary};

    const NOW: f64 = 1_700_000_000.0;

    fn verdict(window: &Window, parameters: &str) -> Result<Option<i64>, Rejection> {
        aged_verdict(window, None, parameters)
    }

    fn aged_verdict(window: &Window, max_age: Option<Duration>, parameters: &str) -> Result<Option<i64>, Rejection> {
        let text = format!("install=(){parameters}");
        let mut dictionary = parse_dictionary(&text).unwrap();
        let Some((_, Member::InnerList(input))) = dictionary.pop() else {
            panic!("an inner list");
        };
        window
            .check(&input, max_age, UnixTime::at(NOW))
            .map(|validity| validity.created)
    }

    #[test]
    fn by_default_a_minute_of_skew_and_created() {
        let window = Window::default();
        for (parameters, expected) in [
            (";created=1700000000", Ok(Some(1_700_000_000))),
            (";created=1700000060", Ok(Some(1_700_000_060))),
            (";created=1700000061", Err(Rejection::SignatureNotYetValid)),
            (";created=0", Ok(Some(0))),
            (";created=-5", Ok(Some(-5))),
            ("", Err(Rejection::SignatureTimeMissing)),
            (";expires=1700000000", Err(Rejection::SignatureTimeMissing)),
            (";created=1;expires=1699999940", Ok(Some(1))),
            (";created=1;expires=1699999939", Err(Rejection::SignatureExpired)),
            (";created=\"1700000000\"", Err(Rejection::SignatureMalformed)),
            (";created=1700000000.0", Err(Rejection::SignatureMalformed)),
            (";created", Err(Rejection::SignatureMalformed)),
            (";created=1;expires=:AAAA:", Err(Rejection::SignatureMalformed)),
            (";created=999999999999999", Err(Rejection::SignatureNotYetValid)),
        ] {
            assert_eq!(verdict(&window, parameters), expected, "{parameters}");
        }
    }

    #[test]
    fn other_settings() {
        let window = Window {
            require_created: false,
            require_expires: true,
            skew: ClockSkew::new(Duration::ZERO).unwrap(),
        };
        assert_eq!(verdict(&window, ";expires=1700000000"), Ok(None));
        assert_eq!(
            verdict(&window, ";expires=1699999999"),
            Err(Rejection::SignatureExpired)
        );
        assert_eq!(verdict(&window, ";created=1"), Err(Rejection::SignatureTimeMissing));

        let window = Window {
            require_created: false,
            ..Window::default()
        };
        let verdict = |parameters| aged_verdict(&window, Some(Duration::from_secs(30)), parameters);
        assert_eq!(verdict(";created=1699999910"), Ok(Some(1_699_999_910)));
        assert_eq!(verdict(";created=1699999909"), Err(Rejection::SignatureExpired));
        assert_eq!(verdict(""), Err(Rejection::SignatureTimeMissing));
    }

    #[test]
    fn the_longest_skew_is_an_hour() {
        assert!(ClockSkew::new(Duration::from_secs(3600)).is_some());
        assert!(ClockSkew::new(Duration::from_millis(3_600_001)).is_none());
    }
}
