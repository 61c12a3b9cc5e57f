//! Equivalent spellings of a path (RFC 3986 §6.2.2).

use http::{Request, Uri, uri::PathAndQuery};

/// Decodes unreserved characters in the path: `/v1/%69tems` is `/v1/items`. Other escapes get upper
/// case digits.
pub fn normalize<B>(mut request: Request<B>) -> Request<B> {
    if request.uri().path().contains('%')
        && let Some(uri) = normalized(request.uri())
    {
        *request.uri_mut() = uri;
    }
    request
}

fn normalized(uri: &Uri) -> Option<Uri> {
    let mut path = String::with_capacity(uri.path().len());
    let mut pieces = uri.path().split('%');
    path.push_str(pieces.next()?);
    for piece in pieces {
        let byte = piece.get(..2).filter(|digits| !digits.starts_with('+'));
        let byte = u8::from_str_radix(byte?, 16).ok()?;
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(byte.into());
        } else {
            path.push('%');
            path.push_str(&piece[..2].to_ascii_uppercase());
        }
        path.push_str(&piece[2..]);
    }
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_are_decoded() {
        for (path, normal) in [
            ("/v1/items", "/v1/items"),
            ("/v1/%69tems?a=%69", "/v1/items?a=%69"),
            ("/v1%2fitems/%7e%2d", "/v1%2Fitems/~-"),
            ("/%e2%82%ac", "/%E2%82%AC"),
            ("/%zz", "/%zz"),
            ("/%", "/%"),
            ("/%+1", "/%+1"),
        ] {
            let request = normalize(Request::builder().uri(path).body(()).unwrap());
            assert_eq!(request.uri().to_string(), normal);
        }
    }
}
