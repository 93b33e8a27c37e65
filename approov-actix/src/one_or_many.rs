//! Arguments that are one text or several.

/// One text or a list of texts: the argument of methods that take names, paths or addresses.
///
/// A `&str`, `String` or `&String` is one text, whatever is in it: `"a, b"` is not split. An array, a slice or a `Vec`
/// of texts is a list.
///
/// You cannot implement this trait outside this crate.
///
/// # Security
///
/// Because no text is split, none can smuggle in a second one: a name with a comma is an invalid name.
///
/// # Examples
///
/// ```
/// use approov_actix::Policy;
///
/// # fn main() -> Result<(), approov_actix::ConfigError> {
/// let configured: Vec<String> = vec!["Authorization".to_owned(), "X-Device-Id".to_owned()];
/// assert_eq!(
///     Policy::new().try_binding(configured)?,
///     Policy::new().binding(&["Authorization", "X-Device-Id"]),
/// );
/// assert_eq!(
///     Policy::new().try_binding("Authorization")?,
///     Policy::new().binding(&["Authorization"]),
/// );
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a text nor a list of texts",
    label = "expected one text, or several",
    note = "one text is a `&str` or `String`; several are an array, a slice or a `Vec` of them: `[\"a\", \"b\"]`"
)]
pub trait OneOrMany: sealed::Texts {}

/// The texts of an argument, in their order.
pub(crate) fn texts(argument: impl OneOrMany) -> Vec<String> {
    sealed::Texts::into_vec(argument)
}

mod sealed {
    pub trait Texts {
        fn into_vec(self) -> Vec<String>;
    }
}

impl OneOrMany for &str {}
impl sealed::Texts for &str {
    fn into_vec(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl OneOrMany for String {}
impl sealed::Texts for String {
    fn into_vec(self) -> Vec<String> {
        vec![self]
    }
}

impl OneOrMany for &String {}
impl sealed::Texts for &String {
    fn into_vec(self) -> Vec<String> {
        vec![self.clone()]
    }
}

impl<T: AsRef<str>, const N: usize> OneOrMany for [T; N] {}
impl<T: AsRef<str>, const N: usize> sealed::Texts for [T; N] {
    fn into_vec(self) -> Vec<String> {
        owned(&self)
    }
}

impl<T: AsRef<str>, const N: usize> OneOrMany for &[T; N] {}
impl<T: AsRef<str>, const N: usize> sealed::Texts for &[T; N] {
    fn into_vec(self) -> Vec<String> {
        owned(self)
    }
}

impl<T: AsRef<str>> OneOrMany for &[T] {}
impl<T: AsRef<str>> sealed::Texts for &[T] {
    fn into_vec(self) -> Vec<String> {
        owned(self)
    }
}

impl<T: AsRef<str>> OneOrMany for Vec<T> {}
impl<T: AsRef<str>> sealed::Texts for Vec<T> {
    fn into_vec(self) -> Vec<String> {
        owned(&self)
    }
}

fn owned(texts: &[impl AsRef<str>]) -> Vec<String> {
    texts.iter().map(|text| text.as_ref().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_stays_one() {
        let owned = "a, b".to_owned();
        for one in [texts("a, b"), texts(&owned), texts(owned.clone())] {
            assert_eq!(one, ["a, b"]);
        }
        assert_eq!(texts(""), [""]);
    }

    #[test]
    fn several_keep_their_order() {
        let list = &["b", "a"];
        for several in [
            texts(list),
            texts(*list),
            texts(&list[..]),
            texts(list.to_vec()),
            texts(list.map(str::to_owned)),
            texts(list.map(str::to_owned).to_vec()),
        ] {
            assert_eq!(several, *list);
        }
        assert!(texts([""; 0]).is_empty());
    }
}
