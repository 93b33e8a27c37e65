//! Finds the mistakes among variables that are not the library's.

/// The prefix of every variable of the library, up to the first `_`.
pub(super) const PREFIX: &str = "APPROOV";

/// What a variable is if it is not the library's.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stranger {
    /// It belongs to other known software.
    OfOthers,
    /// It was almost certainly meant to be this one.
    Meant(&'static str),
    /// It has the library's prefix.
    Unknown,
    /// It does not have the library's prefix.
    Unrelated,
}

/// The variables of the Approov CLI, without the prefix.
const OF_THE_CLI: [&str; 2] = ["ROLE", "MANAGEMENT_TOKEN"];

/// Likely guesses of people who have not looked up the name, and the variables that they mean.
pub(super) const GUESSES: [(&str, &str); 13] = [
    ("SECRET", "APPROOV_BASE64_SECRET"),
    ("SECRET_KEY", "APPROOV_BASE64_SECRET"),
    ("ACCOUNT_SECRET", "APPROOV_BASE64_SECRET"),
    ("TOKEN_SECRET", "APPROOV_BASE64_SECRET"),
    ("SECRET_FILE", "APPROOV_BASE64_SECRET_FILE"),
    ("PEM_FILE", "APPROOV_PUBLIC_KEY_FILE"),
    ("JWKS", "APPROOV_JWKS_URL"),
    ("HEADER", "APPROOV_TOKEN_HEADER"),
    ("HEADER_NAME", "APPROOV_TOKEN_HEADER"),
    ("BINDING", "APPROOV_TOKEN_BINDING_HEADER"),
    ("LOGGING", "APPROOV_LOGGING_ENABLED"),
    ("ORIGIN", "APPROOV_PUBLIC_ORIGIN"),
    ("PUBLIC_URL", "APPROOV_PUBLIC_ORIGIN"),
];

impl Stranger {
    /// `known` are the library's variables. `name` is not one of them.
    pub(super) fn new(name: &str, value: &str, known: &[&'static str]) -> Self {
        let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
        if let Some(meant) = without_separator(&name, known) {
            return Self::Meant(meant);
        }
        let Some((prefix, name)) = name.split_once('_') else {
            return Self::Unrelated;
        };
        if prefix != PREFIX {
            return misspelt_prefix(prefix, name, known).map_or(Self::Unrelated, Self::Meant);
        }
        if OF_THE_CLI.contains(&name) || is_of_a_service(name, value) {
            return Self::OfOthers;
        }
        let guess = GUESSES
            .iter()
            .find(|(guess, _)| *guess == name)
            .map(|(_, meant)| *meant);
        guess
            .or_else(|| nearest(name, known))
            .map_or(Self::Unknown, Self::Meant)
    }
}

/// `APPROOVTOKEN_HEADER`.
fn without_separator(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let rest = name.strip_prefix(PREFIX)?;
    known.iter().find(|known| without_prefix(known) == rest).copied()
}

fn without_prefix(known: &str) -> &str {
    known.split_once('_').map_or(known, |(_, name)| name)
}

fn distance(one: &str, other: &str) -> usize {
    strsim::damerau_levenshtein(one, other)
}

/// A prefix such as `APROOV_` may be anyone's, unless the rest is a name of the library's.
fn misspelt_prefix(prefix: &str, name: &str, known: &[&'static str]) -> Option<&'static str> {
    let is_near = prefix.len().abs_diff(PREFIX.len()) <= 2 && distance(prefix, PREFIX) <= 2;
    let mut known = known.iter().filter(|_| is_near);
    known.find(|known| without_prefix(known) == name).copied()
}

/// The nearest of the variables that the name was probably meant to be.
fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let is_meant = |known: &str| distance(name, known) <= known.len() / 5 || are_words_alike(name, known);
    let other_words = |known: &str| {
        name.split('_')
            .filter(|word| !known.split('_').any(|other| other == *word))
            .count()
    };
    let meant = known.iter().filter(|known| is_meant(without_prefix(known)));
    let nearest = meant.min_by_key(|known| {
        let known = without_prefix(known);
        (other_words(known), distance(name, known))
    });
    nearest.copied()
}

/// Whether one name has more words than the other, or a single word differs: `TOKEN_BINDING`, `TOKEN_HEADER_NAME`,
/// `PUBLIC_KEY_PATH`. Names of few words can be alike by chance.
fn are_words_alike(name: &str, known: &str) -> bool {
    let (name, known): (Vec<_>, Vec<_>) = (name.split('_').collect(), known.split('_').collect());
    let is_known = |word: &&&str| known.iter().any(|known| is_word_alike(word, known));
    let common = name.iter().filter(is_known).count();
    let is_part = common == name.len() && common * 2 >= known.len();
    let has_one_more = common == known.len() && name.len() == known.len() + 1;
    let has_another = name.len() == known.len() && common + 1 == known.len() && common >= 2;
    common >= 2 && (is_part || has_one_more || has_another)
}

/// `BINDINGS` and `BINDIN` are like `BINDING`. Short words can be alike by chance.
fn is_word_alike(word: &str, known: &str) -> bool {
    word == known || (known.len() >= 5 && distance(word, known) <= 1)
}

/// Kubernetes sets variables for each Service in the namespace. For `approov-api`, they are `APPROOV_API_SERVICE_HOST`,
/// `APPROOV_API_SERVICE_PORT`, the same followed by a port's name, and those of Docker links, `APPROOV_API_PORT` to
/// `APPROOV_API_PORT_443_TCP_ADDR`.
fn is_of_a_service(name: &str, value: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let is_protocol = |word: &str| matches!(word, "TCP" | "UDP" | "SCTP");
    let is_number = |word: &str| word.parse::<u16>().is_ok();
    // The name of the service is any number of words, and none for the service `approov`.
    (0..words.len()).any(|start| match &words[start..] {
        ["SERVICE", "HOST"] | ["SERVICE", "PORT", ..] => true,
        ["PORT"] => value.contains("://"),
        ["PORT", number, protocol] | ["PORT", number, protocol, "PROTO" | "PORT" | "ADDR"] => {
            is_number(number) && is_protocol(protocol)
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 8] = [
        "APPROOV_BASE64_SECRET",
        "APPROOV_BASE64_SECRET_FILE",
        "APPROOV_PUBLIC_KEY_FILE",
        "APPROOV_JWKS_URL",
        "APPROOV_TOKEN_HEADER",
        "APPROOV_TOKEN_BINDING_HEADER",
        "APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING",
        "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID",
    ];

    fn stranger(name: &str) -> Stranger {
        Stranger::new(name, "", &KNOWN)
    }

    #[test]
    fn names_that_were_meant_to_be_others() {
        for (name, meant) in [
            ("APPROOV_BASE64_SECRT", "APPROOV_BASE64_SECRET"),
            ("APPROOV_SECRET", "APPROOV_BASE64_SECRET"),
            ("APPROOV_SECRET_BASE64", "APPROOV_BASE64_SECRET"),
            ("APPROOV_PUBLIC_KEY", "APPROOV_PUBLIC_KEY_FILE"),
            ("APPROOV_PUBLIC_KEY_PATH", "APPROOV_PUBLIC_KEY_FILE"),
            ("APPROOV_JWKS_URI", "APPROOV_JWKS_URL"),
            ("APPROOV_TOKEN_HEADER_NAME", "APPROOV_TOKEN_HEADER"),
            ("APPROOV_TOKEN_BINDING", "APPROOV_TOKEN_BINDING_HEADER"),
            ("APPROOV_BINDING", "APPROOV_TOKEN_BINDING_HEADER"),
            ("APPROOV_BINDING_HEADER", "APPROOV_TOKEN_BINDING_HEADER"),
            ("APPROOV_TOKEN_BINDING_HEADERS", "APPROOV_TOKEN_BINDING_HEADER"),
            (
                "APPROOV_ABORT_ON_INVALID_BINDING",
                "APPROOV_ABORT_REQUEST_ON_INVALID_TOKEN_BINDING",
            ),
            ("APPROOV_ACCOUNT_KEY_ID", "APPROOV_ACCOUNT_MESSAGE_SIGNING_KEY_ID"),
            ("approov_token_header", "APPROOV_TOKEN_HEADER"),
            ("APPROOV-TOKEN-HEADER", "APPROOV_TOKEN_HEADER"),
            ("APPROOV_TOKEN_BINDINGS", "APPROOV_TOKEN_BINDING_HEADER"),
            ("APPROOV_TOKEN_BINDIN", "APPROOV_TOKEN_BINDING_HEADER"),
            ("APPROOVTOKEN_BINDING_HEADER", "APPROOV_TOKEN_BINDING_HEADER"),
            ("approovTOKEN_HEADER", "APPROOV_TOKEN_HEADER"),
            ("APROOV_TOKEN_HEADER", "APPROOV_TOKEN_HEADER"),
            ("APPROVE_TOKEN_BINDING_HEADER", "APPROOV_TOKEN_BINDING_HEADER"),
        ] {
            assert_eq!(stranger(name), Stranger::Meant(meant), "{name}");
        }
    }

    #[test]
    fn names_of_others() {
        for name in ["APPROOV_ROLE", "APPROOV_MANAGEMENT_TOKEN"] {
            assert_eq!(stranger(name), Stranger::OfOthers, "{name}");
        }
        for name in [
            "APPROOV_TOKEN",
            "APPROOV_URL",
            "APPROOV_API_URL",
            "APPROOV_BASE_URL",
            "APPROOV_API_KEY",
            "APPROOV_ACCOUNT_ID",
            "APPROOV_DEV_KEY",
            "APPROOV_LOGIN",
            "APPROOV_PORT",
            "APPROOV_",
            "approov_config",
        ] {
            assert_eq!(stranger(name), Stranger::Unknown, "{name}");
        }
        for name in [
            "PATH",
            "",
            "_",
            "APPROVED_BY",
            "TOKEN_HEADER",
            "APPROVE_HEADER",
            "XAPPROOV_ROLE",
            "É_TOKEN_HEADER",
        ] {
            assert_eq!(stranger(name), Stranger::Unrelated, "{name}");
        }
    }

    /// As `kubectl exec` shows them.
    #[test]
    fn variables_of_a_service() {
        for service in ["", "_API", "_TOKEN_HEADER"] {
            for (suffix, value) in [
                ("SERVICE_HOST", "10.96.0.7"),
                ("SERVICE_PORT", "443"),
                ("SERVICE_PORT_HTTPS", "443"),
                ("SERVICE_PORT_GRPC_WEB", "443"),
                ("PORT", "tcp://10.96.0.7:443"),
                ("PORT_443_TCP", "tcp://10.96.0.7:443"),
                ("PORT_443_TCP_PROTO", "tcp"),
                ("PORT_443_TCP_PORT", "443"),
                ("PORT_443_TCP_ADDR", "10.96.0.7"),
                ("PORT_53_UDP_ADDR", "10.96.0.7"),
                ("PORT_9_SCTP", "sctp://10.96.0.7:9"),
            ] {
                let name = format!("APPROOV{service}_{suffix}");
                assert_eq!(Stranger::new(&name, value, &KNOWN), Stranger::OfOthers, "{name}");
            }
        }
        for (name, value) in [
            ("APPROOV_TOKEN_HEADER_PORT", "443"),
            ("APPROOV_TOKEN_HEADER_SERVICE", "10.96.0.7"),
            ("APPROOV_TOKEN_HEADER_HOST", "10.96.0.7"),
        ] {
            let meant = Stranger::Meant("APPROOV_TOKEN_HEADER");
            assert_eq!(Stranger::new(name, value, &KNOWN), meant, "{name}");
        }
    }
}
