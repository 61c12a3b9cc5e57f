//! `curio openapi`

use std::io::{self, Write as _};

use crate::http;

/// Prints the OpenAPI document, byte for byte what `openapi.json` holds.
pub fn run() -> anyhow::Result<()> {
    io::stdout().write_all(http::document_text().as_bytes())?;
    Ok(())
}
