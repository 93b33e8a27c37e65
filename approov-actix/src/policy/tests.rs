//! What a policy says, and what it inherits.

use std::time::Duration;

use super::{
    EffectivePolicy, Enforcement, NO_HEADER_NAME, Policy,
    effective::EffectiveSignaturePolicy,
    signature::{SignatureLabel, SignaturePolicy, SignatureRequirement},
};

/// A value other than the default in each field.
fn default() -> EffectivePolicy {
    EffectivePolicy {
        binding: &["authorization"],
        token_enforcement: Enforcement::Report,
        binding_enforcement: Enforcement::Report,
        check_enforcement: Enforcement::Report,
        single_use_enforcement: Enforcement::Report,
        single_use: true,
        allow_missing_binding_claim: true,
        signature: EffectiveSignaturePolicy {
            requirement: SignatureRequirement::Required,
            label: SignatureLabel::Account,
            enforcement: Enforcement::Report,
            max_age: Some(Duration::from_secs(5)),
            body_limit: 7,
            require_content_digest: true,
            covers: &["@scheme"],
        },
    }
}

/// Sets each field, to a value other than that of [`default`].
const OWN: Policy = Policy {
    binding: Some(&["X-Device-Id"]),
    token_enforcement: Some(Enforcement::Enforce),
    binding_enforcement: Some(Enforcement::Enforce),
    check_enforcement: Some(Enforcement::Enforce),
    single_use_enforcement: Some(Enforcement::Enforce),
    single_use: Some(false),
    allow_missing_binding_claim: Some(false),
    signature: SignaturePolicy {
        requirement: Some(SignatureRequirement::Off),
        label: Some(SignatureLabel::Install),
        enforcement: Some(Enforcement::Enforce),
        max_age: Some(Duration::from_secs(6)),
        body_limit: Some(8),
        require_content_digest: Some(false),
        covers: Some(&["Cookie"]),
    },
};

/// Each field with its name, as text.
fn fields(policy: &EffectivePolicy) -> [(&'static str, String); 14] {
    let EffectivePolicy {
        binding,
        token_enforcement,
        binding_enforcement,
        check_enforcement,
        single_use_enforcement,
        single_use,
        allow_missing_binding_claim,
        signature,
    } = policy;
    let EffectiveSignaturePolicy {
        requirement,
        label,
        enforcement,
        max_age,
        body_limit,
        require_content_digest,
        covers,
    } = signature;
    [
        ("binding", binding.join(" ")),
        ("token_enforcement", format!("{token_enforcement:?}")),
        ("binding_enforcement", format!("{binding_enforcement:?}")),
        ("check_enforcement", format!("{check_enforcement:?}")),
        ("single_use_enforcement", format!("{single_use_enforcement:?}")),
        ("single_use", single_use.to_string()),
        ("allow_missing_binding_claim", allow_missing_binding_claim.to_string()),
        ("signature.requirement", format!("{requirement:?}")),
        ("signature.label", format!("{label:?}")),
        ("signature.enforcement", format!("{enforcement:?}")),
        ("signature.max_age", format!("{max_age:?}")),
        ("signature.body_limit", body_limit.to_string()),
        ("signature.require_content_digest", require_content_digest.to_string()),
        ("signature.covers", covers.join(" ")),
    ]
}

type Field = (&'static str, fn(&mut Policy));

/// Sets each field as in [`OWN`].
const SET: [Field; 14] = [
    ("binding", |policy| policy.binding = OWN.binding),
    ("token_enforcement", |policy| {
        policy.token_enforcement = OWN.token_enforcement;
    }),
    ("binding_enforcement", |policy| {
        policy.binding_enforcement = OWN.binding_enforcement;
    }),
    ("check_enforcement", |policy| {
        policy.check_enforcement = OWN.check_enforcement;
    }),
    ("single_use_enforcement", |policy| {
        policy.single_use_enforcement = OWN.single_use_enforcement;
    }),
    ("single_use", |policy| policy.single_use = OWN.single_use),
    ("allow_missing_binding_claim", |policy| {
        policy.allow_missing_binding_claim = OWN.allow_missing_binding_claim;
    }),
    ("signature.requirement", |policy| {
        policy.signature.requirement = OWN.signature.requirement;
    }),
    ("signature.label", |policy| policy.signature.label = OWN.signature.label),
    ("signature.enforcement", |policy| {
        policy.signature.enforcement = OWN.signature.enforcement;
    }),
    ("signature.max_age", |policy| {
        policy.signature.max_age = OWN.signature.max_age;
    }),
    ("signature.body_limit", |policy| {
        policy.signature.body_limit = OWN.signature.body_limit;
    }),
    ("signature.require_content_digest", |policy| {
        policy.signature.require_content_digest = OWN.signature.require_content_digest;
    }),
    ("signature.covers", |policy| {
        policy.signature.covers = OWN.signature.covers;
    }),
];

#[test]
fn unset_fields_are_inherited_one_by_one() {
    let (inherited, own) = (fields(&default()), fields(&OWN.over(&default())));
    assert_eq!(fields(&Policy::new().over(&default())), inherited);
    for (i, (name, set)) in SET.into_iter().enumerate() {
        assert_eq!((inherited[i].0, own[i].0), (name, name));
        assert_ne!(inherited[i], own[i]);
        let mut policy = Policy::new();
        set(&mut policy);
        let mut expected = inherited.clone();
        expected[i].clone_from(&own[i]);
        assert_eq!(fields(&policy.over(&default())), expected, "{name}");
    }
}

#[test]
fn policies_are_merged_field_by_field() {
    let other = Policy::new()
        .binding(&["Cookie"])
        .report(true)
        .allow_missing_binding_claim(true);
    assert_eq!(OWN.or(other), OWN);
    assert_eq!(Policy::new().or(OWN), OWN);
    for (name, set) in SET {
        let mut one = Policy::new();
        set(&mut one);
        assert_ne!(one, Policy::new(), "{name}");
        let mut expected = other;
        set(&mut expected);
        assert_eq!(one.or(other), expected, "{name}");
        assert_eq!(one.or(Policy::new()), one, "{name}");
    }
}

#[test]
fn each_method_sets_its_field() {
    let policy = Policy::new()
        .binding(&["X-Device-Id"])
        .token_enforcement(Enforcement::Enforce)
        .binding_enforcement(Enforcement::Enforce)
        .check_enforcement(Enforcement::Enforce)
        .allow_missing_binding_claim(false);
    let expected = Policy {
        // These belong to a feature.
        single_use_enforcement: None,
        single_use: None,
        signature: SignaturePolicy::UNSET,
        ..OWN
    };
    assert_eq!(policy, expected);
    assert_eq!(Policy::new().no_binding().binding, Some(&[][..]));
}

#[test]
fn a_report_is_about_every_check() {
    use Enforcement::{Enforce, Report};
    for (report, enforcement) in [(true, Report), (false, Enforce)] {
        let policy = Policy::new().report(report);
        assert_eq!(policy.token_enforcement, Some(enforcement));
        assert_eq!(policy.binding_enforcement, Some(enforcement));
        assert_eq!(policy.check_enforcement, Some(enforcement));
        assert_eq!(policy.single_use_enforcement, Some(enforcement));
        assert_eq!(policy.signature.enforcement, Some(enforcement));
        let rest = Policy {
            token_enforcement: None,
            binding_enforcement: None,
            check_enforcement: None,
            single_use_enforcement: None,
            signature: SignaturePolicy::UNSET,
            ..policy
        };
        assert_eq!(rest, Policy::new());
    }
    let but_binding = Policy::new().report(true).binding_enforcement(Enforce);
    assert_eq!(
        (but_binding.token_enforcement, but_binding.binding_enforcement),
        (Some(Report), Some(Enforce))
    );
}

#[test]
fn a_verdict_goes_by_every_check() {
    let enforced = default().all_enforced();
    for ((name, enforced), inherited) in fields(&enforced).into_iter().zip(fields(&default())) {
        let expected = if name.ends_with("enforcement") {
            "Enforce".to_owned()
        } else {
            inherited.1
        };
        assert_eq!(enforced, expected, "{name}");
    }
}

#[test]
fn names_of_run_time_are_kept_once() {
    let policy = |names: &[String]| Policy::new().try_binding(names).unwrap();
    let names = ["Authorization".to_owned(), "X-Run-Time".to_owned()];
    let (one, other) = (policy(&names), policy(&names.clone()));
    assert_eq!(one, Policy::new().binding(&["Authorization", "X-Run-Time"]));
    assert!(std::ptr::eq(one.binding.unwrap(), other.binding.unwrap()));
    assert_ne!(one, policy(&names[..1]));
}

#[test]
fn faults_of_run_time_are_one_sentence_without_the_value() {
    let error = |names: &[&str]| Policy::new().try_binding(names).unwrap_err().to_string();
    let invalid = format!("a header given to `try_binding` {NO_HEADER_NAME}; several headers are given as a list");
    for (names, sentence) in [
        (
            &[][..],
            "the list given to `try_binding` names no header; for no binding say `no_binding`",
        ),
        (&["Authorization, X-Device-Id"], &invalid),
        (&["Authorization", "$HEADER"], &invalid),
        (
            &["Authorization", "authorization"],
            "a header given to `try_binding` is named twice",
        ),
    ] {
        assert_eq!(error(names), sentence);
    }
}

#[test]
#[should_panic(expected = "at least one header")]
fn an_empty_list_is_not_no_binding() {
    let _ = Policy::new().binding(&[]);
}

#[test]
#[should_panic(expected = "named twice")]
fn a_header_twice_is_a_mistake() {
    let _ = Policy::new().binding(&["Authorization", "authorization"]);
}

#[test]
#[should_panic(expected = "not a header name")]
fn names_are_checked() {
    let _ = Policy::new().binding(&["Authorization, X-Device-Id"]);
}
