//! Signatures over whatever can be covered: made of the signature base as `support::second_opinion` writes it, they are
//! good; and once a covered byte is another, they are not.

use proptest::{
    collection, option,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::json;
use support::{
    client::Request,
    second_opinion::{Component, components, signature_base},
    signing::{ACCOUNT_KEY, Key, Message, bytes, token},
    tables::cells,
    token::now,
};

use super::Change;
use crate::{ORIGIN, behaviour::signatures::serve, signing};

/// What a client may have to send.
fn message() -> impl Strategy<Value = Message> {
    let method = select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "REPORT"]);
    let path = "(/[a-zA-Z0-9._~!$&'()*+,;=:@-]{0,8}|/%[0-9A-F]{2}){1,4}";
    let query = option::of("\\?([a-d]{1,2}(=[a-zA-Z0-9._~*+-]{0,6}(%20|%C3%A9)?)?&){0,3}z=1");
    let name = select(vec!["X-A", "x-b", "Accept", "Cookie"]);
    let headers = collection::vec((name, "[!-~]([ -~]{0,20}[!-~])?"), 0..5);
    let priority = option::of("u=[0-7](,  *i=\\?0)?(,\tb=:AQI=:)?");
    // The test's client reads the handler's echo as text.
    let body = collection::vec(0..=0x7f_u8, 0..60);
    (method, path, query, headers, priority, body).prop_map(|(method, path, query, headers, priority, body)| {
        let message = Message::new(method, &format!("{ORIGIN}{path}{}", query.unwrap_or_default()))
            .header("Approov-Token", &token(&json!({})))
            .body(&body);
        let headers = headers
            .into_iter()
            .chain(priority.map(|priority| ("Priority", priority)));
        headers.fold(message, |message, (name, value)| message.header(name, &value))
    })
}

const MORE: &str = r#"
    "@scheme" | "@request-target" | "@target-uri" | "@path" | "@query-param";name="z" | "@query-param";name="a"
    "content-digest" | "content-digest";key="sha-256" | "content-digest";bs | "content-length" | "x-a" | "x-b";bs
    "accept" | "priority" | "priority";sf | "priority";key="u" | "priority";bs
"#;

/// All that can be covered of a message, in this order, and no more of it than it takes.
fn list(message: &Message, order: &[usize]) -> String {
    let target = if order.len().is_multiple_of(2) {
        r#""@target-uri""#
    } else {
        r#""@authority" | "@path" | "@query""#
    };
    let mut covered = cells(&format!(r#""@method" | "approov-token" | {target}"#));
    let more = cells(MORE);
    for at in order {
        let component = &more[at % more.len()];
        if !covered.contains(component) && signature_base(message, &format!("({component})")).is_some() {
            covered.insert(at % (covered.len() + 1), component.clone());
        }
    }
    format!("({});created={}", covered.join(" "), now())
}

/// The message with one byte changed that the list covers, and what it was. None if the byte was the same, or the
/// change leaves HTTP's grammar.
fn spoilt(message: &Message, list: &str, which: usize, change: &Change) -> Option<(String, Message)> {
    let covered = components(list).unwrap().into_iter();
    let names: Vec<_> = covered
        .filter(Component::is_whole)
        .map(|component| component.name)
        .collect();
    let name = names[which % names.len()].as_str();
    let mut spoilt = message.clone();
    let changed = |text: &str| Some(String::from_utf8(change.of(text.as_bytes())?).unwrap());
    match name {
        // Its own refusal, or another request altogether.
        "approov-token" | "content-length" | "@scheme" | "@authority" => return None,
        "@method" => {
            let is_letter = |byte: u8| byte.is_ascii_alphabetic();
            spoilt.method = changed(&message.method).filter(|method| method.bytes().all(is_letter))?;
        }
        name if name.starts_with('@') => {
            let target = changed(&message.target()).filter(|target| is_target(target))?;
            spoilt.url = format!("{ORIGIN}{target}");
        }
        "content-digest" if !message.body.is_empty() && which.is_multiple_of(2) => {
            spoilt.body = change.of(&message.body)?;
        }
        name => {
            let mut headers = spoilt.headers.iter_mut();
            let line = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            line.1 = changed(&line.1)?;
        }
    }
    Some((name.to_owned(), spoilt))
}

/// What http's `Uri` takes.
fn is_target(target: &str) -> bool {
    let is_taken = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte);
    target.starts_with('/') && target.bytes().all(is_taken)
}

#[actix_web::test]
async fn what_is_signed_is_good_until_a_byte_is_changed() {
    let served = serve(signing());
    let signed = (message(), collection::vec(any::<usize>(), 0..12), any::<bool>());
    let changes = (any::<usize>(), Change::any());
    let test = |((message, order, by_account), (which, change)): ((Message, Vec<usize>, bool), _)| {
        let list = list(&message, &order);
        let (label, key) = if by_account {
            ("account", Key::account(ACCOUNT_KEY))
        } else {
            ("install", Key::install(1))
        };
        let signature = bytes(&key.sign(&signature_base(&message, &list).unwrap()));
        let signed = |message: &Message| -> Request {
            let request = message.request().header("Signature-Input", &format!("{label}={list}"));
            request.header("Signature", &format!("{label}={signature}"))
        };
        served.accepts("as it was signed", &signed(&message));
        if let Some((name, spoilt)) = spoilt(&message, &list, which, &change) {
            let answer = served.send(&signed(&spoilt));
            let codes = served.codes();
            prop_assert_eq!((answer.status, codes.len()), (401, 1), "{}: {:?}", name, spoilt);
            let expected = "signature_invalid signature_component digest_mismatch digest_malformed";
            prop_assert!(expected.contains(codes[0]), "{name}: {codes:?}");
        }
        Ok(())
    };
    let mut runner = TestRunner::new(Config::with_source_file(file!()));
    runner.run(&(signed, changes), test).unwrap();
}
