//! Promises about types.

use approov_actix::{
    Approov, ApproovBuilder, ApproovClaims, ApproovMiddleware, ApproovVerdict, ConfigError, Policy, Rejection,
};
use static_assertions::assert_impl_all;

assert_impl_all!(Approov: Send, Sync, Clone);
assert_impl_all!(ApproovBuilder: Send, Sync);
assert_impl_all!(ApproovMiddleware: Send, Sync, Clone);
assert_impl_all!(ApproovClaims: Send, Sync, Clone);
assert_impl_all!(ApproovVerdict: Send, Sync, Clone);
assert_impl_all!(ConfigError: Send, Sync, std::error::Error);
assert_impl_all!(Rejection: Send, Sync, Copy, std::error::Error);
assert_impl_all!(Policy: Send, Sync, Copy);
