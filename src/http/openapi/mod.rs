//! The OpenAPI document: collected from the handlers by utoipa, then completed with what holds for
//! every operation, so that it is stated once.

mod complete;
mod headers;
mod parameters;
mod problems;
mod traits;

use std::{io, sync::Arc};

use async_compression::tokio::bufread::GzipDecoder;
use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use futures_util::TryStreamExt;
use http::{
    HeaderValue,
    header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
        CONTENT_TYPE, LINK, VARY,
    },
};
use serde_json::{Map, Value, json};
use tokio_util::io::{ReaderStream, StreamReader};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::{OpenApi, openapi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

use self::complete::complete_operation;
use crate::{
    app::App,
    http::{
        request::{json::limit_formats, patch, query_content::announce},
        response::{problem, reply::Reply},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Curio",
        description = "A catalogue service.\n\nEvery response of 400 and above is a problem document (RFC 9457). \
                       Unknown parameters and members of a request are rejected. What a client may not read does \
                       not exist for it. A service that runs with `--auth none` requires no credentials.",
        contact(name = "The maintainers of Curio", url = "https://curio.example/", email = "maintainers@curio.example"),
        license(name = "MIT OR Apache-2.0", url = "https://spdx.org/licenses/"),
    ),
    servers((url = "/", description = "The service that returned this document: local, staging or production.")),
    security(("bearer" = [])),
    components(schemas(problem::Document, problem::Entry)),
)]
struct Base;

/// Adds what the document says of the API as a whole. The operations are not nested under `/v1`:
/// axum would rewrite the URI of every request.
pub fn api(operations: OpenApiRouter<Arc<App>>) -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Base::openapi()).merge(operations)
}

/// The complete document of these operations, as it is committed and served.
pub fn text(operations: OpenApiRouter<Arc<App>>) -> String {
    let (_, document) = api(operations).split_for_parts();
    let text = serde_json::to_string_pretty(&complete(document));
    text.unwrap_or_else(|_| unreachable!("a JSON value is serializable")) + "\n"
}

/// `/openapi.json`
pub fn document(text: &'static str) -> Router<Arc<App>> {
    let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let headers = [json, (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Router::new().route("/openapi.json", get(async move || (headers, text).into_response()))
}

/// Self-contained pages at `/docs`, which show `/openapi.json`, and the way from `/` to them.
pub fn docs() -> Router<Arc<App>> {
    // Swagger UI's pages load their own scripts, style attributes and data URLs, and call this
    // service.
    let policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
                  img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";
    let policy =
        SetResponseHeaderLayer::overriding(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    let config = Config::from("/openapi.json")
        .use_base_layout()
        .try_it_out_enabled(true)
        // A key that is entered must not outlive the page.
        .persist_authorization(false)
        // By default, a service of Swagger gets the address of the document.
        .validator_url("none");
    let pages: Router<Arc<App>> = SwaggerUi::new("/docs").config(config).into();
    pages
        .route_layer(policy)
        .route_layer(from_fn(without_gzip))
        .route("/", get(async || Redirect::temporary("/docs")))
}

/// The API catalogue (RFC 9727): the links of this API, below a public URL, as a linkset
/// (RFC 9264).
pub fn catalog(base: &str, has_docs: bool) -> Router<Arc<App>> {
    let mut links = json!({
        "anchor": format!("{base}/"),
        "service-desc": [{ "href": format!("{base}/openapi.json"), "type": "application/json" }],
        "status": [{ "href": format!("{base}/readyz"), "type": "application/health+json" }],
    });
    if has_docs {
        links["service-doc"] = json!([{ "href": format!("{base}/docs"), "type": "text/html" }]);
    }
    let catalog = json!({ "linkset": [links] }).to_string();
    let profile = "application/linkset+json; profile=\"https://www.rfc-editor.org/info/rfc9727\"";
    let link = format!("<{base}/.well-known/api-catalog>; rel=\"api-catalog\"");
    let headers = [(CONTENT_TYPE, profile.to_owned()), (LINK, link)];
    Router::new().route("/.well-known/api-catalog", get(async move || (headers, catalog).into_response()))
}

/// Swagger UI's files are stored with gzip, which not every client accepts.
async fn without_gzip(request: Request, next: Next) -> Response {
    let accepts_gzip = request.headers().get(ACCEPT_ENCODING).is_some_and(|coding| coding == "gzip");
    let mut response = next.run(request).await;
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    if accepts_gzip || response.headers_mut().remove(CONTENT_ENCODING).is_none() {
        return response;
    }
    response.headers_mut().remove(CONTENT_LENGTH);
    response.map(|body| {
        let file = StreamReader::new(body.into_data_stream().map_err(io::Error::other));
        Body::from_stream(ReaderStream::new(GzipDecoder::new(file)))
    })
}

/// Adds OPTIONS to every path of the document. These lists are also read with the method QUERY.
pub fn with_options(
    mut router: Router<Arc<App>>,
    document: &openapi::OpenApi,
    lists: &[&str],
) -> Router<Arc<App>> {
    let patches = HeaderValue::try_from(patch::MEDIA_TYPES.join(", ")).ok();
    for (path, item) in &document.paths.paths {
        let methods = [
            ("GET,HEAD", item.get.is_some()),
            ("POST", item.post.is_some()),
            ("PUT", item.put.is_some()),
            ("PATCH", item.patch.is_some()),
            ("DELETE", item.delete.is_some()),
            ("OPTIONS", true),
        ];
        let allow: Vec<_> = methods.iter().filter(|(_, exists)| *exists).map(|(method, _)| *method).collect();
        let Ok(allow) = HeaderValue::try_from(allow.join(",")) else { continue };
        let mut reply = Reply::options(allow, patches.as_ref().filter(|_| item.patch.is_some()));
        if lists.contains(&path.as_str()) {
            announce(&mut reply.headers);
        }
        router = router.route(path, axum::routing::options(|| async { reply }));
    }
    router
}

fn security_schemes() -> Value {
    json!({ "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "curio_<id>_<secret>, or a JWT",
        "description": "An API key, from `POST /v1/keys` or `curio keys create`; or an access token (RFC 9068, verified \
                        by the rules of RFC8725) of an issuer that the service trusts: \
                        `/.well-known/oauth-protected-resource` lists those (RFC 9728). A key has grants of the form \
                        `<action>:<collections>`: `read`, `write` (create and change items), `delete` (and restore), \
                        `purge`, or `manage` (collections and keys) for the key of a collection, the beginning of some \
                        such as `acme.*`, or `*`. Every action includes `read`. A token has them as scopes: \
                        `curio:read:acme.*`.",
    } })
}

fn complete(document: openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_else(|_| unreachable!("serializable"));
    // utoipa has no attribute for it: the document is for everybody who can reach the service.
    document["servers"][0]["x-internal"] = false.into();
    let mut rejections = Map::from_iter([(problems::OTHER.to_owned(), problems::other())]);
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            complete_operation(method, path, operation, &mut rejections);
        }
    }
    document["components"]["securitySchemes"] = security_schemes();
    document["components"]["parameters"] = parameters::components();
    rejections.sort_keys();
    document["components"]["responses"] = Value::Object(rejections);
    limit_formats(&mut document);
    document
}
