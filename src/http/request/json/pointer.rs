//! JSON Pointers (RFC 6901), bounded in length.

use std::borrow::Cow;

/// The longest JSON Pointer to a fault; what lies deeper is reported at the value that contains it.
pub const MAX_POINTER: usize = 1024;

/// A reference token of a JSON Pointer (RFC 6901 §3).
pub fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Extends a JSON Pointer by one token; `false` where that would be longer than a pointer may be, and it stays as it is.
pub fn descend(pointer: &mut String, token: &str) -> bool {
    let token = escape(token);
    let fits = pointer.len() + 1 + token.len() <= MAX_POINTER;
    if fits {
        pointer.push('/');
        pointer.push_str(&token);
    }
    fits
}

/// The pointer to a member of what a pointer points to.
pub fn member(path: &str, name: &str) -> String {
    let mut pointer = path.to_owned();
    descend(&mut pointer, name);
    pointer
}
