//! Whether the client takes what is sent: `Accept` (RFC 9110 §12.5.1).

use axum::extract::Request;
use http::{HeaderMap, Method, header::ACCEPT};

use crate::http::problem::{self, Problem};

/// Refuses a request that takes no JSON with 406. The answers to DELETE and OPTIONS have no content; generated clients ask there
/// for the one media type that is declared, that of problems.
pub fn require_json(request: &Request) -> Result<(), Problem> {
    if matches!(*request.method(), Method::DELETE | Method::OPTIONS) || takes_json(request.headers()) {
        return Ok(());
    }
    Err(Problem::new(&problem::NOT_ACCEPTABLE, "Answers have the media type application/json."))
}

/// The most specific range that matches decides; without the field everything is taken.
fn takes_json(headers: &HeaderMap) -> bool {
    let mut best = None;
    let mut ranges =
        headers.get_all(ACCEPT).iter().flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
    let Some(first) = ranges.next() else {
        return true;
    };
    for range in std::iter::once(first).chain(ranges) {
        let text = String::from_utf8_lossy(range);
        let mut pieces = text.split(';').map(str::trim);
        let specificity = match pieces.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "application/json" => 3,
            "application/*" => 2,
            "*/*" => 1,
            // An empty element of a list is lawful, and an empty field admits everything.
            "" => 0,
            _ => continue,
        };
        let weight = pieces.find_map(|piece| piece.strip_prefix("q=").or(piece.strip_prefix("Q=")));
        let admitted = weight.and_then(|weight| weight.parse::<f32>().ok()).is_none_or(|weight| weight > 0.0);
        best = best.max(Some((specificity, admitted)));
    }
    best.is_some_and(|(_, admitted)| admitted)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_most_specific_range_decides() {
        let takes = |value: &'static str| {
            takes_json(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))]))
        };
        assert!(takes_json(&HeaderMap::new()));
        for accepted in [
            "*/*",
            "application/json",
            "text/html, application/*;q=0.1",
            "Application/JSON;q=0.5",
            "*/*;q=0, application/json",
            "",
        ] {
            assert!(takes(accepted), "{accepted}");
        }
        for refused in
            ["text/html", "application/json;q=0", "application/json;q=0, */*", "application/xml, text/*"]
        {
            assert!(!takes(refused), "{refused}");
        }
    }
}
