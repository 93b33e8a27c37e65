//! What is between a client and actix: requests that hide in others, paths that may be read in two ways, HTTP/2.

mod http2;
mod paths;
mod smuggling;
