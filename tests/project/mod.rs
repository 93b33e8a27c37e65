//! What the project says of itself: its page about the architecture, the links of the guides, and promises about types.

mod api;
mod architecture;
mod documented;
