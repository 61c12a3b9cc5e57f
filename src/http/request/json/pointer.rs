//! JSON Pointers (RFC 6901), bounded in length.

use jsonptr::Token;

/// The most bytes of a JSON Pointer to a fault; a fault that lies deeper is reported at its
/// container.
pub const MAX_POINTER: usize = 1024;

/// Extends a JSON Pointer by one token; `false`, and no change, if it would be too long.
pub fn descend(pointer: &mut String, token: &str) -> bool {
    let token = Token::new(token);
    let fits = pointer.len() + 1 + token.encoded().len() <= MAX_POINTER;
    if fits {
        pointer.push('/');
        pointer.push_str(token.encoded());
    }
    fits
}

/// The pointer to a member of the value at `path`.
pub fn member(path: &str, name: &str) -> String {
    let mut pointer = path.to_owned();
    descend(&mut pointer, name);
    pointer
}
