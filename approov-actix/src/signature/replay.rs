//! One form for each ECDSA signature.

/// The order of the group of P-256: SEC 2, section 2.4.2.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// `r` and the lower of `s` and `n - s`: anyone can make the one from the other, and both are good.
pub(super) fn with_low_s(signature: &[u8]) -> Vec<u8> {
    let mut signature = signature.to_vec();
    if let Some(s) = signature.last_chunk_mut::<32>() {
        *s = (*s).min(order_minus(*s));
    }
    signature
}

/// `s` is at most the order, or no key would have verified the signature.
fn order_minus(s: [u8; 32]) -> [u8; 32] {
    let mut difference = [0; 32];
    let mut borrow = false;
    for (i, digit) in difference.iter_mut().enumerate().rev() {
        let (without_s, first) = ORDER[i].overflowing_sub(s[i]);
        let (without_borrow, second) = without_s.overflowing_sub(u8::from(borrow));
        *digit = without_borrow;
        borrow = first || second;
    }
    difference
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_s_become_the_lower_one() {
        let signature = |s: [u8; 32]| [[7; 32], s].concat();
        let mut one = [0; 32];
        one[31] = 1;
        let mut high = ORDER;
        high[31] -= 1;
        assert_eq!(with_low_s(&signature(high)), signature(one));
        assert_eq!(with_low_s(&signature(one)), signature(one));

        // Halves of the order, which is odd.
        let mut half = [0; 32];
        let mut carry = 0;
        for (digit, order) in half.iter_mut().zip(ORDER) {
            *digit = (order >> 1) | (carry << 7);
            carry = order & 1;
        }
        let upper_half = order_minus(half);
        assert!(upper_half > half);
        assert_eq!(with_low_s(&signature(upper_half)), signature(half));
        assert_eq!(with_low_s(&signature(half)), signature(half));
        assert_eq!(order_minus(upper_half), half);
    }

    #[test]
    fn what_is_no_signature_stays_as_it_is() {
        assert_eq!(with_low_s(&[1, 2]), [1, 2]);
    }
}
