//! Request ids: tower-http's layer takes any id that a client sends; here an invalid one is
//! replaced.

use axum::extract::Request;
use http::{HeaderName, HeaderValue};
use tower_http::request_id::{MakeRequestId, RequestId};
use uuid::Uuid;

use crate::ids::new_id;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Removes the client's id unless it is one value of 1 to 128 visible ASCII characters.
pub fn discard_invalid(mut request: Request) -> Request {
    let is_valid =
        |id: &HeaderValue| (1..=128).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
    let mut ids = request.headers().get_all(REQUEST_ID).iter();
    if ids.next().is_some_and(|id| !is_valid(id) || ids.next().is_some()) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// Makes ids that sort by time.
#[derive(Debug, Clone, Copy)]
pub struct UuidV7;

impl MakeRequestId for UuidV7 {
    fn make_request_id<B>(&mut self, _: &http::Request<B>) -> Option<RequestId> {
        let mut buffer = Uuid::encode_buffer();
        let text = new_id().hyphenated().encode_lower(&mut buffer);
        HeaderValue::from_str(text).ok().map(RequestId::new)
    }
}
