//! Which key a signature must be made with, and keys that are none.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::{
    keys::TestKey,
    signing::{ACCOUNT_KEY as FIRST, Key, Message, OTHER_ACCOUNT_KEY as SECOND, Signature, token},
};

use super::{MessageSigning, ORIGIN, serve, signing, signing_at};

fn with_token(claims: &Value) -> Message {
    Message::order().replace("Approov-Token", &token(claims))
}

#[actix_web::test]
async fn account_keys_are_chosen_by_their_ids() {
    let (first, second, a, b) = ((FIRST, None), (SECOND, None), (FIRST, Some("a")), (SECOND, Some("b")));
    let (invalid, missing) = (Some("signature_invalid"), Some("signature_key_missing"));
    for (keys, mskid, key, verdict) in [
        (&[first][..], Some("j3AWy6"), FIRST, None),
        (&[first], None, FIRST, None),
        (&[first], None, SECOND, invalid),
        (&[first, second], None, FIRST, None),
        (&[first, second], Some("x"), SECOND, None),
        (&[a], Some("a"), FIRST, None),
        (&[a], Some("b"), FIRST, missing),
        (&[a], None, FIRST, missing),
        (&[a, b], Some("a"), FIRST, None),
        (&[a, b], Some("b"), SECOND, None),
        (&[a, b], Some("a"), SECOND, invalid),
        (&[], Some("a"), FIRST, missing),
    ] {
        let signing = keys.iter().fold(MessageSigning::new(), |signing, (key, id)| {
            let key = crate::key(key);
            signing.account_key(id.map_or(key.clone(), |id| key.with_key_id(id)))
        });
        let server = serve(signing_at(ORIGIN).message_signing(signing));
        let message = with_token(&json!({ "mskid": mskid }));
        let signature = Signature::new(Key::account(key), &message);
        let case = format!("{key} for {mskid:?} of {keys:?}");
        server.decides(&case, verdict, &message.request().signed(&[&signature]));
    }
}

/// A key that cannot be read is a refusal only where it is needed.
#[actix_web::test]
async fn keys_that_are_none() {
    let server = serve(signing());
    let p256 = Key::install(1).public();
    let point = p256.len() - 65;
    let mut off_curve = p256.clone();
    *off_curve.last_mut().unwrap() ^= 1;
    // The same point, compressed: SEC 1, section 2.3.3.
    let sign_of_y = 2 + (p256[p256.len() - 1] & 1);
    let mut compressed = [&p256[..point], &[sign_of_y], &p256[point + 1..point + 33]].concat();
    compressed[1] -= 32;
    compressed[point - 2] -= 32;
    let p384 = TestKey::new("ES384").pem();
    let p384: String = p384.lines().filter(|line| !line.starts_with('-')).collect();
    for (case, ipk) in [
        ("junk", b"junk".to_vec()),
        ("P-384", STANDARD.decode(p384).unwrap()),
        ("off the curve", off_curve),
        ("truncated", p256[..p256.len() - 1].to_vec()),
        ("with a tail", [&p256[..], &[0]].concat()),
        ("the point alone", p256[point..].to_vec()),
        ("compressed", compressed),
    ] {
        let message = with_token(&json!({ "ipk": STANDARD.encode(ipk) }));
        server.refuses(case, "signature_key_invalid", &message.signed());
        let account = Signature::account(&message);
        server.accepts(case, &message.request().signed(&[&account]));
    }
    let message = Message::order();
    let both = [&Signature::account(&message), &Signature::install(&message)];
    let without_account_key = serve(signing_at(ORIGIN));
    without_account_key.accepts("a key for one of two", &message.request().signed(&both));
}
