//! One form for each ECDSA signature.

/// The order of the group of P-256: SEC 2, section 2.4.2. Its upper and lower halves.
const ORDER: [u128; 2] = [
    0xffff_ffff_0000_0000_ffff_ffff_ffff_ffff,
    0xbce6_faad_a717_9e84_f3b9_cac2_fc63_2551,
];

/// `r` and the lower of `s` and `n - s`: anyone can compute one from the other, and both are valid.
pub(super) fn with_low_s(signature: &[u8]) -> Vec<u8> {
    let mut signature = signature.to_vec();
    if let Some(s) = signature.last_chunk_mut::<32>() {
        *s = (*s).min(order_minus(*s));
    }
    signature
}

/// `s` is at most the order: otherwise, no key would have verified the signature.
fn order_minus(s: [u8; 32]) -> [u8; 32] {
    let [upper, lower] = halves(s);
    let (difference, borrow) = ORDER[1].overflowing_sub(lower);
    bytes([
        ORDER[0].wrapping_sub(upper).wrapping_sub(u128::from(borrow)),
        difference,
    ])
}

fn halves(number: [u8; 32]) -> [u128; 2] {
    let half = |half: Option<&[u8; 16]>| half.copied().map(u128::from_be_bytes).unwrap_or_default();
    [half(number.first_chunk()), half(number.last_chunk())]
}

fn bytes(halves: [u128; 2]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&halves[0].to_be_bytes());
    bytes[16..].copy_from_slice(&halves[1].to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_s_become_the_lower_one() {
        let signature = |s: [u8; 32]| [[7; 32], s].concat();
        let mut one = [0; 32];
        one[31] = 1;
        let mut high = bytes(ORDER);
        high[31] -= 1;
        assert_eq!(with_low_s(&signature(high)), signature(one));
        assert_eq!(with_low_s(&signature(one)), signature(one));

        // Halves of the order, which is odd.
        let mut half = [0; 32];
        let mut carry = 0;
        for (digit, order) in half.iter_mut().zip(bytes(ORDER)) {
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
