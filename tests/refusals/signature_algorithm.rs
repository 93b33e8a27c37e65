//! What the request says of the algorithm decides nothing.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let with = |signature: Signature, alg: &str| signature.parameters(&(created() + alg));
    let of_install = |alg: &str| with(install(), alg);
    let mac = Signature::new(Key::Account(Key::install(1).ipk().into()), &order()).label("install");
    let others = r#";alg="ecdsa-p384-sha384" | ;alg="ES256" | ;alg | ;alg=ecdsa-p256-sha256"#;
    let no_algorithm = of_install(";alg=\"none\"").form(|_| "::".to_owned());
    case.at([Signing])
        .signed("install", named(others, of_install))
        .signed("install", [("none", no_algorithm), ("a MAC by the public key", mac)])
        .signed("account", [("in capitals", with(account(), ";alg=\"HMAC-SHA256\""))])
        .signed("as another", [("install", install().label("account"))])
        .signed("as another", [("account", account().label("install"))])
        .passes()
        .signed("install", named(r#"∅ | ;alg="ecdsa-p256-sha256""#, of_install))
        .signed("account", [("its own", with(account(), ";alg=\"hmac-sha256\""))])
}
