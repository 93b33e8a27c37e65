//! What stands in the brackets of the attribute.

use proc_macro2::Span;
use syn::{
    Error, Ident, LitBool, LitStr, Path, Result, Token, bracketed,
    ext::IdentExt as _,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    token::Bracket,
};

/// The arguments of one attribute.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) policy: PolicyArg,
    /// The path to the runtime crate.
    pub(crate) krate: Option<Path>,
}

/// Which policy the handler has.
#[derive(Default)]
pub(crate) enum PolicyArg {
    /// Nothing was said.
    #[default]
    Default,
    /// `binding = false`.
    Unbound,
    /// `binding = "…"` or `binding = ["…", "…"]`.
    Bound(Vec<LitStr>),
    /// `policy = path`.
    Type(Box<Path>),
}

const KEYS: &str = "expected `binding`, `policy` or `crate`";

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
        let has = |name: &str| seen.iter().any(|seen| seen == name);
        match key.to_string().as_str() {
            "binding" | "policy" if has("binding") || has("policy") => Err(Error::new(
                key.span(),
                "`binding` and `policy` exclude each other: say the binding in the policy",
            )),
            "binding" => {
                parse_equals(key, input)?;
                self.policy = parse_binding(input)?;
                Ok(())
            }
            "policy" => {
                parse_equals(key, input)?;
                self.policy = PolicyArg::Type(Box::new(input.parse().map_err(|error: Error| {
                    Error::new(
                        error.span(),
                        "expected the path of a type that implements `RoutePolicy`",
                    )
                })?));
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

const CRATE: &str = "expected a path in quotes: `crate = \"approov_actix\"`";

/// The error of a missing `=` stands at the key: behind the last token there is nothing to point at.
fn parse_equals(key: &Ident, input: ParseStream<'_>) -> Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(());
    }
    Err(Error::new(key.span(), format!("expected a value: `{key} = …`")))
}

fn parse_binding(input: ParseStream<'_>) -> Result<PolicyArg> {
    if input.peek(LitBool) {
        let value: LitBool = input.parse()?;
        return if value.value {
            Err(Error::new(
                value.span(),
                "say which header: `binding = \"Authorization\"`",
            ))
        } else {
            Ok(PolicyArg::Unbound)
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

fn bound(names: Vec<LitStr>, span: Span) -> Result<PolicyArg> {
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
                "no HTTP header can have this name; several headers are written `[\"…\", \"…\"]`",
            ));
        }
        let is_same = |other: &LitStr| other.value().eq_ignore_ascii_case(&name.value());
        if names[..i].iter().any(is_same) {
            return Err(Error::new(name.span(), "this header is named twice"));
        }
    }
    Ok(PolicyArg::Bound(names))
}

/// A `token` of RFC 9110, section 5.6.2.
fn is_header_name(name: &str) -> bool {
    let is_tchar = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(is_tchar)
}
