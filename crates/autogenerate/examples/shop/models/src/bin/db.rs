//! The migration commands: `cargo run -p shop-models --bin db -- --help`

use std::process::ExitCode;

fn main() -> ExitCode {
    autogenerate::cli::run(shop_models::metadata())
}
