//! `hello`, as its table promises.

use support::{
    client::Request,
    token::{self, SECRET},
};

use crate::{HELLO, process::Process};

#[test]
fn everything_is_behind_the_middleware() {
    let server = Process::serve(HELLO, &[("APPROOV_BASE64URL_SECRET", SECRET)], None);
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"] {
        for path in ["/", "/unknown"] {
            for token in [
                String::new(),
                token::forged(),
                token::expired(),
                "NO_NETWORK".to_owned(),
            ] {
                let answer = Request::new(method, path).token(&token).send(server.address());
                assert_eq!(answer.status, 401, "{method} {path}");
                assert_eq!(answer.body, if method == "HEAD" { "" } else { "{}" });
            }
        }
    }
    let good = |path| Request::get(path).token(&token::good()).send(server.address());
    assert_eq!(good("/").body, r#"{"message":"Hello, World!"}"#);
    assert_eq!(good("/unknown").status, 404);
}
