//! Parses the arguments of the attribute.

use proc_macro2::Span;
use syn::{
    Error, Ident, LitBool, LitStr, Path, Result, Token, bracketed,
    ext::IdentExt as _,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    token::{Bracket, Paren},
};

/// The arguments of one attribute.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) binding: Option<BindingArg>,
    pub(crate) signature: Option<SignatureArg>,
    /// Whether a signed request is accepted once.
    pub(crate) single_use: Option<LitBool>,
    /// Whether failed checks are only reported.
    pub(crate) report: Option<LitBool>,
    /// Takes the place of the keys above.
    pub(crate) policy: Option<Path>,
    /// The path to the runtime crate.
    pub(crate) krate: Option<Path>,
}

/// What tokens must be bound to.
pub(crate) enum BindingArg {
    /// `binding = false`.
    Nothing,
    /// `binding = "…"` or `binding = ["…", "…"]`.
    Headers(Vec<LitStr>),
}

/// Whether a message signature is required.
pub(crate) enum SignatureArg {
    /// `signature = false`.
    Off,
    /// `signature = "if-able"`.
    IfAble,
    /// `signature = "required"`.
    Required,
    /// `signature = "strict"`.
    Strict,
}

const KEYS: &str = "expected `binding`, `signature`, `single_use`, `report`, `policy` or `crate`";

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut args = Self::default();
        let mut seen: Vec<String> = Vec::new();
        while !input.is_empty() {
            let key = input
                .call(Ident::parse_any)
                .map_err(|error| Error::new(error.span(), KEYS))?;
            let name = key.to_string();
            if seen.contains(&name) {
                return Err(Error::new(key.span(), format!("`{name}` is given twice")));
            }
            args.parse_value(&key, &seen, input)?;
            args.refuse_single_use_of_nothing()?;
            seen.push(name);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(args)
    }
}

impl Args {
    fn parse_value(&mut self, key: &Ident, seen: &[String], input: ParseStream<'_>) -> Result<()> {
        refuse_both(key, seen)?;
        match key.to_string().as_str() {
            "binding" => {
                parse_equals(key, input)?;
                self.binding = Some(parse_binding(input)?);
                Ok(())
            }
            name @ ("signature" | "single_use") if !cfg!(feature = "message-signing") => Err(Error::new(
                key.span(),
                format!("the key `{name}` needs the feature `message-signing` of approov-actix"),
            )),
            "signature" => {
                parse_equals(key, input)?;
                self.signature = Some(parse_signature(input)?);
                Ok(())
            }
            "single_use" => {
                self.single_use = Some(parse_bool(key, input)?);
                Ok(())
            }
            "report" => {
                self.report = Some(parse_bool(key, input)?);
                Ok(())
            }
            "policy" => {
                parse_equals(key, input)?;
                self.policy = Some(parse_policy(input)?);
                Ok(())
            }
            "crate" => {
                parse_equals(key, input)?;
                let path: LitStr = input.parse().map_err(|error: Error| Error::new(error.span(), CRATE))?;
                let parsed = path.parse_with(Path::parse_mod_style);
                self.krate = Some(parsed.map_err(|error| Error::new(error.span(), CRATE))?);
                Ok(())
            }
            unknown => Err(Error::new(key.span(), format!("unknown key `{unknown}`: {KEYS}"))),
        }
    }
}

impl Args {
    /// Without a signature, a request cannot be told from its copy.
    fn refuse_single_use_of_nothing(&self) -> Result<()> {
        let is_optional = matches!(self.signature, Some(SignatureArg::Off | SignatureArg::IfAble));
        match &self.single_use {
            Some(single_use) if single_use.value && is_optional => Err(Error::new(
                single_use.span(),
                "single use needs `signature = \"required\"` or `signature = \"strict\"`",
            )),
            _ => Ok(()),
        }
    }
}

/// A policy already defines everything that the other keys define.
fn refuse_both(key: &Ident, seen: &[String]) -> Result<()> {
    let has = |name: &str| seen.iter().any(|seen| seen == name);
    for (part, what) in [
        ("binding", "the binding"),
        ("signature", "the signature"),
        ("single_use", "`single_use(…)`"),
        ("report", "`report(…)`"),
    ] {
        if (key == part && has("policy")) || (key == "policy" && has(part)) {
            return Err(Error::new(
                key.span(),
                format!("`{part}` and `policy` exclude each other: say {what} in the policy"),
            ));
        }
    }
    Ok(())
}

const CRATE: &str = "expected a path in quotes: `crate = \"approov_actix\"`";

/// The error about a missing `=` points at the key, because after the last token there is nothing to point at.
fn parse_equals(key: &Ident, input: ParseStream<'_>) -> Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(());
    }
    Err(Error::new(key.span(), format!("expected a value: `{key} = …`")))
}

fn parse_bool(key: &Ident, input: ParseStream<'_>) -> Result<LitBool> {
    parse_equals(key, input)?;
    let value = input.parse();
    value.map_err(|error: Error| Error::new(error.span(), "expected `true` or `false`"))
}

fn parse_policy(input: ParseStream<'_>) -> Result<Path> {
    const EXPECTED: &str =
        "expected the path of a `const` or `static` policy, or of a type that implements `RoutePolicy`";
    let start = input.span();
    let path = input
        .parse()
        .map_err(|error: Error| Error::new(error.span(), EXPECTED))?;
    if input.peek(Paren) {
        return Err(Error::new(
            start,
            "a policy is given by its name: put it into a `const`, and write the name of that",
        ));
    }
    refuse_lower_case(&path)?;
    Ok(path)
}

/// The name tells whether a policy is a value or a type. The compiler would report a lower-case value as a missing
/// type.
fn refuse_lower_case(path: &Path) -> Result<()> {
    let name = path.segments.last().map(|last| last.ident.unraw().to_string());
    if name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase())) {
        return Err(Error::new_spanned(
            path,
            "a `const` or `static` policy is known by its name in upper case, `ORDERS`, and a type by its first letter, `Orders`",
        ));
    }
    Ok(())
}

fn parse_signature(input: ParseStream<'_>) -> Result<SignatureArg> {
    const EXPECTED: &str = "expected `\"required\"`, `\"if-able\"`, `\"strict\"` or `false`";
    if input.peek(LitBool) {
        let value: LitBool = input.parse()?;
        return if value.value {
            Err(Error::new(
                value.span(),
                "say which: `\"required\"`, `\"if-able\"` or `\"strict\"`",
            ))
        } else {
            Ok(SignatureArg::Off)
        };
    }
    let value: LitStr = input.parse().map_err(|error| Error::new(error.span(), EXPECTED))?;
    match value.value().as_str() {
        "required" => Ok(SignatureArg::Required),
        "if-able" => Ok(SignatureArg::IfAble),
        "strict" => Ok(SignatureArg::Strict),
        _ => Err(Error::new(value.span(), EXPECTED)),
    }
}

fn parse_binding(input: ParseStream<'_>) -> Result<BindingArg> {
    if input.peek(LitBool) {
        let value: LitBool = input.parse()?;
        return if value.value {
            Err(Error::new(
                value.span(),
                "say which header: `binding = \"Authorization\"`",
            ))
        } else {
            Ok(BindingArg::Nothing)
        };
    }
    if input.peek(Bracket) {
        let list;
        let bracket = bracketed!(list in input);
        let names = Punctuated::<LitStr, Token![,]>::parse_terminated_with(&list, |input| {
            input
                .parse()
                .map_err(|error: Error| Error::new(error.span(), "expected a header name in quotes"))
        })?;
        let names: Vec<_> = names.into_iter().collect();
        return bound(names, bracket.span.join());
    }
    let name: LitStr = input.parse().map_err(|error| {
        Error::new(
            error.span(),
            "expected a header name, a list of header names, or `false`",
        )
    })?;
    let span = name.span();
    bound(vec![name], span)
}

fn bound(names: Vec<LitStr>, span: Span) -> Result<BindingArg> {
    if names.is_empty() {
        return Err(Error::new(
            span,
            "an empty list binds to nothing: name a header, or say `binding = false`",
        ));
    }
    for (i, name) in names.iter().enumerate() {
        if !is_header_name(&name.value()) {
            return Err(Error::new(
                name.span(),
                "this is not a header name: letters, digits, `-`, `_` and `.`; several headers are written `[\"…\", \"…\"]`",
            ));
        }
        let is_same = |other: &LitStr| other.value().eq_ignore_ascii_case(&name.value());
        if names[..i].iter().any(is_same) {
            return Err(Error::new(name.span(), "this header is named twice"));
        }
    }
    Ok(BindingArg::Headers(names))
}

/// The same rule as that of `Policy::binding`, which gets the names. It would refuse them too, but with an error that
/// points elsewhere.
fn is_header_name(name: &str) -> bool {
    let is_dash = |c: char| matches!(c, '-' | '.');
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || is_dash(c))
        && !name.starts_with(is_dash)
        && !name.ends_with(is_dash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library_names;

    #[test]
    fn header_names_are_those_of_the_library() {
        let mut good = 0;
        for c in ('\0'..='\u{ff}').map(String::from).chain([String::new()]) {
            for name in [
                c.clone(),
                format!("{c}a"),
                format!("a{c}"),
                format!("a{c}a"),
                format!("{c}{c}"),
            ] {
                assert_eq!(is_header_name(&name), library_names::is_header_name(&name), "{name:?}");
                good += usize::from(is_header_name(&name));
            }
        }
        assert_eq!(good, 63 * 5 + 2 + 3);
    }

    /// Nobody must believe that a check is on when it is not compiled in.
    #[test]
    fn signatures_need_their_feature() {
        for (key, value) in [("signature", r#""required""#), ("single_use", "true")] {
            let args = syn::parse_str::<Args>(&format!("{key} = {value}"));
            if cfg!(feature = "message-signing") {
                assert!(args.is_ok_and(|args| {
                    matches!(args.signature, Some(SignatureArg::Required)) || args.single_use.is_some()
                }));
            } else {
                let error = args.err().map(|error| error.to_string());
                let expected = format!("the key `{key}` needs the feature `message-signing` of approov-actix");
                assert_eq!(error, Some(expected));
            }
        }
    }
}
