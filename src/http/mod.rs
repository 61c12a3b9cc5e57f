//! The boundary: everything that knows HTTP.

mod access;
mod catalog;
mod layers;
mod limits;
pub mod listener;
mod openapi;
mod operator;
mod request;
mod response;
mod write;

use std::sync::{Arc, LazyLock};

use axum::{Router, routing::get};
use http::{Method, StatusCode, Uri};
use utoipa_axum::router::OpenApiRouter;

pub use self::catalog::transfer;
use crate::{
    app::App,
    config::http::{Auth, Docs, PublicUrl},
};

/// The service: what production serves and what the tests call.
pub fn router(app: &Arc<App>) -> Router {
    let (api, document) = openapi::api(routes()).split_for_parts();
    let api = openapi::with_options(api, &document, catalog::LISTS);
    let (spooled, document) = openapi::api(catalog::spooled_routes()).split_for_parts();
    let spooled = openapi::with_options(spooled, &document, &[]);
    let operator = if app.options.admin_bind.is_some() { operator::probes() } else { operator::routes() };
    let has_docs = app.options.docs == Docs::Public;
    let mut pages = problems()
        .merge(openapi::document(document_text()))
        .merge(openapi::catalog(app.options.public_url.as_ref().map_or("", PublicUrl::as_str), has_docs))
        .merge(access::resource_metadata())
        .merge(operator);
    if has_docs {
        pages = pages.merge(openapi::docs());
    }
    let api = layers::around_api(api, app, catalog::BODY_LIMITS, catalog::LISTS);
    let public = layers::add_query(api, app, catalog::LISTS)
        .merge(layers::around_spooled(spooled, app))
        .merge(layers::around_pages(pages))
        .fallback(elsewhere);
    layers::around_all(public, app, app.options.auth, app.options.hosts()).with_state(Arc::clone(app))
}

/// The pages to which the type of a problem leads.
fn problems() -> Router<Arc<App>> {
    Router::new().route("/problems/{kind}", get(response::problem::describe_problem))
}

/// The response where no route leads.
async fn elsewhere(method: Method, uri: Uri) -> StatusCode {
    match (method, uri.path()) {
        // About the server as a whole (RFC 9110 §9.3.7).
        (Method::OPTIONS, "*") => StatusCode::NO_CONTENT,
        _ => StatusCode::NOT_FOUND,
    }
}

/// The routes of the admin address, if there is one.
pub fn admin_router(app: &Arc<App>) -> Router {
    let mut pages = operator::routes().merge(problems());
    if app.options.docs == Docs::Admin {
        pages = pages.merge(openapi::document(document_text())).merge(openapi::docs());
    }
    let routes = layers::around_pages(pages).fallback(elsewhere);
    layers::around_all(routes, app, Auth::None, None).with_state(Arc::clone(app))
}

/// The OpenAPI document, as `openapi.json` has it.
#[must_use]
pub fn document_text() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| openapi::text(routes().merge(catalog::spooled_routes())));
    &TEXT
}

/// The operations of all domains, except [`catalog::spooled_routes`].
fn routes() -> OpenApiRouter<Arc<App>> {
    catalog::routes().merge(access::routes())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{
        body::{Body, to_bytes},
        extract::Request,
        response::Response,
    };
    use http::header;
    use tower::ServiceExt;

    use super::*;
    use crate::{
        config::{HttpOptions, http::ConnectionOptions},
        postgres::pool::{Database, DatabaseOptions},
    };

    /// A service without a database.
    fn app() -> Arc<App> {
        let second = Duration::from_secs(1);
        let database = Database::new(DatabaseOptions {
            connect: "postgres://nobody@127.0.0.1:1/none".parse().unwrap(),
            max_connections: 1,
            wait_timeout: second,
            statement_timeout: second,
            lock_timeout: second,
            idle_in_transaction_timeout: second,
            reports_statements: false,
        });
        let options = HttpOptions {
            request_timeout: second,
            export_timeout: second,
            progress_interval: second,
            import_timeout: second,
            import_limit: 1024,
            import_space: 1,
            body_timeout: second,
            max_requests: 1,
            rate_limit: None,
            failures: "60/60s".parse().unwrap(),
            auth: Auth::None,
            tokens: None,
            require_if_match: false,
            public_url: None,
            allowed_hosts: Vec::new(),
            is_on_loopback: false,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            admin_bind: None,
            docs: Docs::Public,
            connections: ConnectionOptions {
                check_every: second,
                idle_timeout: second,
                write_timeout: second,
                max: 1,
                surplus: 1,
                shutdown_timeout: second,
            },
        };
        App::new(database.unwrap(), b"key", options)
    }

    async fn text(response: Response) -> String {
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8_lossy(&body).into_owned()
    }

    #[tokio::test]
    async fn readyz_reports_that_the_server_is_draining() {
        let app = app();
        for server in ["\"server\":\"pass\"", "\"server\":\"draining\""] {
            let request = Request::get("/readyz").body(Body::empty()).unwrap();
            let response = router(&app).oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            let text = text(response).await;
            assert!(text.contains(server), "{text}");
            app.drain();
        }
    }

    #[tokio::test]
    async fn responses_that_wait_to_be_compressed_hold_memory() {
        let app = app();
        let large = async || "x".repeat(4 * limits::MEBIBYTE);
        let router = Router::new().route("/", get(large));
        let router = layers::around_all(router, &app, Auth::None, None).with_state(app);
        let responses = futures_util::future::join_all((0..64).map(|_| {
            let request = Request::get("/").header(header::HOST, "x").header(header::ACCEPT_ENCODING, "gzip");
            router.clone().oneshot(request.body(Body::empty()).unwrap())
        }));
        let statuses: Vec<_> =
            responses.await.into_iter().map(|response| response.unwrap().status()).collect();
        let count = |status| statuses.iter().filter(|other| **other == status).count();
        let (sent, rejected) = (count(StatusCode::OK), count(StatusCode::SERVICE_UNAVAILABLE));
        assert!(sent >= 24 && rejected > 0 && sent + rejected == 64, "{sent} {rejected}");
    }

    #[tokio::test]
    async fn a_panic_becomes_the_constant_500() {
        async fn panics() {
            panic!("secret words");
        }
        let app = app();
        let router =
            layers::around_all(Router::new().route("/", get(panics)), &app, Auth::None, None).with_state(app);
        let request = Request::get("/").header(header::HOST, "localhost").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let text = text(response).await;
        assert!(text.contains("internal-error") && !text.contains("secret"), "{text}");
    }
}
