//! A key that verifies many messages, without preparing for each of them.

use std::{
    cell::RefCell,
    sync::{Arc, Weak},
};

use jsonwebtoken::crypto::JwtVerifier;

use super::{algorithm::Algorithm, material::KeyMaterial, verifying_key::VerifyingKey};

/// A key of the configuration. Its verifier, for which an HMAC's secret is expanded, is built once in each thread.
#[derive(Debug)]
pub(crate) struct PreparedKey {
    key: VerifyingKey,
    /// Tells it from every other key. An address is not used again as long as something weak points to it.
    identity: Arc<()>,
}

impl PreparedKey {
    pub(crate) fn new(algorithm: Algorithm, material: KeyMaterial<'_>) -> Option<Self> {
        Some(Self {
            key: VerifyingKey::new(algorithm, material)?,
            identity: Arc::default(),
        })
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// As [`VerifyingKey::verifies`].
    pub(crate) fn verifies(&self, message: &[u8], signature: &Vec<u8>) -> bool {
        self.key.verifies_by(message, signature, |accepts| {
            let kept = VERIFIERS.try_with(|verifiers| verifiers.borrow_mut().of(self).is_some_and(accepts));
            // The thread is ending, and has none any more.
            kept.unwrap_or_else(|_| self.key.verifier().is_some_and(|verifier| accepts(&*verifier)))
        })
    }
}

thread_local! {
    static VERIFIERS: RefCell<Verifiers> = RefCell::default();
}

/// The verifiers of a thread: they can be neither shared nor sent. As few as there are keys.
#[derive(Default)]
struct Verifiers(Vec<Verifier>);

struct Verifier {
    key: Weak<()>,
    verifier: Box<dyn JwtVerifier>,
}

impl Verifiers {
    fn of(&mut self, key: &PreparedKey) -> Option<&dyn JwtVerifier> {
        let identity = Arc::as_ptr(&key.identity);
        let known = self.0.iter().position(|verifier| verifier.key.as_ptr() == identity);
        let index = match known {
            Some(index) => index,
            None => self.build(key)?,
        };
        Some(&*self.0[index].verifier)
    }

    fn build(&mut self, key: &PreparedKey) -> Option<usize> {
        // With a new key others may have gone.
        self.0.retain(|verifier| verifier.key.strong_count() > 0);
        self.0.push(Verifier {
            key: Arc::downgrade(&key.identity),
            verifier: key.key.verifier()?,
        });
        Some(self.0.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use sha2::Sha256;

    use super::*;

    #[test]
    fn a_thread_keeps_the_verifiers_of_the_keys_that_there_are() {
        let key = |byte| PreparedKey::new(Algorithm::HS256, KeyMaterial::Secret(&[byte; 32])).unwrap();
        let kept = || VERIFIERS.with_borrow(|verifiers| verifiers.0.len());
        let mac = |byte| <hmac::Hmac<Sha256> as hmac::Mac>::new_from_slice(&[byte; 32]).unwrap();
        let mac = move |byte| {
            hmac::Mac::finalize(hmac::Mac::chain_update(mac(byte), b"m"))
                .into_bytes()
                .to_vec()
        };

        let (a, b) = (key(1), key(2));
        for _ in 0..3 {
            assert!(a.verifies(b"m", &mac(1)) && !a.verifies(b"m", &mac(2)));
            assert!(b.verifies(b"m", &mac(2)) && !b.verifies(b"m", &mac(1)));
        }
        assert_eq!(kept(), 2);
        drop(a);
        for byte in 3..100 {
            assert!(key(byte).verifies(b"m", &mac(byte)));
            assert!(b.verifies(b"m", &mac(2)));
        }
        assert_eq!(kept(), 2);
        assert!(std::thread::spawn(move || b.verifies(b"m", &mac(2))).join().unwrap());
    }

    /// An application may verify a token when one of its own thread-locals is dropped.
    #[test]
    fn a_thread_that_is_ending_verifies_all_the_same() {
        struct AtTheEnd(PreparedKey, std::sync::mpsc::Sender<bool>);

        impl Drop for AtTheEnd {
            fn drop(&mut self) {
                let signature = vec![0; 32];
                self.1.send(self.0.verifies(b"m", &signature)).unwrap();
            }
        }

        thread_local! {
            static AT_THE_END: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
        }

        for is_first in [true, false] {
            let (sender, verdict) = std::sync::mpsc::channel();
            let key = || PreparedKey::new(Algorithm::HS256, KeyMaterial::Secret(&[1; 32])).unwrap();
            let thread = std::thread::spawn(move || {
                let verify = || assert!(!key().verifies(b"m", &vec![0; 32]));
                if !is_first {
                    verify();
                }
                AT_THE_END.set(Some(AtTheEnd(key(), sender)));
                verify();
            });
            thread.join().unwrap();
            assert_eq!(verdict.recv(), Ok(false));
        }
    }
}
