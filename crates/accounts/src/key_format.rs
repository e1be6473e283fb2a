//! How an API key is written: `prk_live_`, 43 base-62 digits of 256 random bits, and 6 more that
//! check the rest (CRC-32), 58 characters in all.
//!
//! The prefix and the check digits let a scanner of source code find leaked keys without false
//! alarms (`prk_live_[0-9A-Za-z]{49}`), and let a typing error be told from a revoked key without
//! asking the database. The check digits protect nothing.

use crate::{KeyRefusal, Secret};

pub(crate) const PREFIX: &str = "prk_live_";
const RANDOM_DIGITS: usize = 43;
const CHECK_DIGITS: usize = 6;
const LENGTH: usize = PREFIX.len() + RANDOM_DIGITS + CHECK_DIGITS;
/// How much of the end is shown in lists; some 24 bits of the 256 go with it, check digits mostly.
const HINT_DIGITS: usize = 4;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Writes a key.
pub(crate) fn write(random: [u8; 32]) -> Secret {
    let mut key = String::with_capacity(LENGTH);
    key.push_str(PREFIX);
    key.push_str(&base62(&random, RANDOM_DIGITS));
    let check = check_digits(&key);
    key.push_str(&check);
    Secret::new(key)
}

/// Whether this is written as a key is, before anyone looks it up.
pub(crate) fn check(presented: &str) -> Result<(), KeyRefusal> {
    if !presented.starts_with(PREFIX) {
        return Err(KeyRefusal::NotAKey);
    }
    let digits = presented[PREFIX.len()..].bytes();
    if presented.len() != LENGTH || !digits.into_iter().all(|b| b.is_ascii_alphanumeric()) {
        return Err(KeyRefusal::Mistyped);
    }
    let (body, check) = presented.split_at(LENGTH - CHECK_DIGITS);
    if check_digits(body) == check {
        Ok(())
    } else {
        Err(KeyRefusal::Mistyped)
    }
}

/// The end of a key, by which its owner knows it.
pub(crate) fn hint(key: &Secret) -> String {
    let key = key.expose();
    key[key.len() - HINT_DIGITS..].to_owned()
}

fn check_digits(body: &str) -> String {
    base62(
        &crc32fast::hash(body.as_bytes()).to_be_bytes(),
        CHECK_DIGITS,
    )
}

/// A big-endian number in base 62, with leading zeros. `count` digits must hold it.
pub(crate) fn base62(bytes: &[u8], count: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = vec![0; count];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[usize::from(divide(&mut number))];
    }
    digits.into_iter().map(char::from).collect()
}

/// Divides by 62 in place and returns the remainder.
fn divide(number: &mut [u8]) -> u8 {
    let mut rest = 0_u16;
    for byte in number {
        let value = rest * 256 + u16::from(*byte);
        *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
        rest = value % 62;
    }
    u8::try_from(rest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_has_58_characters_however_small_its_number() {
        for random in [[0; 32], [255; 32]] {
            let key = write(random);
            assert_eq!(key.expose().len(), 58);
            assert_eq!(check(key.expose()), Ok(()));
            assert!(key.expose().ends_with(&hint(&key)));
        }
    }

    #[test]
    fn numbers_are_written_in_base_62() {
        assert_eq!(base62(&[0], 1), "0");
        assert_eq!(base62(&[61], 2), "0z");
        assert_eq!(base62(&[0x0f, 0x03], 2), "zz");
        assert_eq!(base62(&[1, 0, 0], 4), "0H32");
    }

    #[test]
    fn what_is_no_key_is_told_from_a_key_with_a_typing_error() {
        let key = write([7; 32]);
        let key = key.expose();
        for text in ["", "prk_", "sk_live_abc", "prk_test_x", "ключ"] {
            assert_eq!(check(text), Err(KeyRefusal::NotAKey), "{text}");
        }
        let cut = &key[..57];
        let longer = format!("{key}0");
        for text in [
            "prk_live_",
            cut,
            &longer,
            "prk_live_\u{0}",
            "prk_live_ééééééééééééééééééééééééx",
        ] {
            assert_eq!(check(text), Err(KeyRefusal::Mistyped), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_one_wrong_character_is_noticed(random: [u8; 32], at in 9..58_usize, with in 0..62_usize) {
            let key = write(random);
            let mut wrong = key.expose().as_bytes().to_vec();
            wrong[at] = DIGITS[with];
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assume!(wrong != key.expose());
            prop_assert_eq!(check(&wrong), Err(KeyRefusal::Mistyped));
        }

        #[test]
        fn different_numbers_give_different_keys(numbers in prop::collection::btree_set(any::<[u8; 32]>(), 2..20)) {
            let keys: BTreeSet<String> = numbers.iter().map(|n| write(*n).expose().to_owned()).collect();
            prop_assert_eq!(keys.len(), numbers.len());
        }

        #[test]
        fn any_text_may_be_presented(text in ".{0,80}") {
            prop_assert!(check(&text).is_err());
        }
    }
}
