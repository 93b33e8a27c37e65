//! What the example servers share: settings, logging, the demo mode and a home page. Nothing here is needed to use
//! `approov-actix`.

mod demo;
mod home;
mod settings;

pub use demo::{Call, Signed};
pub use home::{Endpoint, home_page};
pub use settings::{HTTP_CLIENT, Settings, StartError, load_dotenv, number};
