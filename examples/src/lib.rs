//! What the example servers share: settings, logging and the demo mode. Nothing here is needed to use `approov-actix`.

mod demo;
mod settings;

pub use demo::{Call, Demo};
pub use settings::{Settings, StartError};
