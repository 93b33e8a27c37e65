//! What the request says of the algorithm decides nothing.

use super::{
    Case,
    Server::Signing,
    make::{account, created, each, install, order},
};
use crate::signing::{Key, Signature};

pub(super) fn rows(case: Case) -> Case {
    let with = |signature: Signature, more: &str| signature.parameters(&(created() + more));
    let mac = Signature::new(Key::Account(Key::install(1).ipk().into()), &order()).label("install");
    case.at([Signing])
        .whole(each([
            (
                "no algorithm",
                with(install(), ";alg=\"none\"").form(|_| "::".to_owned()),
            ),
            ("a MAC by the public key", mac),
            ("another curve", with(install(), ";alg=\"ecdsa-p384-sha384\"")),
            ("alg of JWS", with(install(), ";alg=\"ES256\"")),
            ("alg of another case", with(account(), ";alg=\"HMAC-SHA256\"")),
            ("alg as a flag", with(install(), ";alg")),
            ("alg as a token", with(install(), ";alg=ecdsa-p256-sha256")),
            ("install as account, with alg", install().label("account")),
            ("account as install, with alg", account().label("install")),
        ]))
        .passes()
        .whole(each([
            ("no alg", with(install(), "")),
            ("its alg", with(install(), ";alg=\"ecdsa-p256-sha256\"")),
            ("the account's alg", with(account(), ";alg=\"hmac-sha256\"")),
        ]))
}
