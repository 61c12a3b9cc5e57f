//! The binary: parse the command line, set up telemetry, run one command, flush.

use std::process::ExitCode;

use curio::{cli, telemetry};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Err(error) = cli::load_dotenv() {
        return cli::fail(&error);
    }
    let arguments = cli::Arguments::parse_safely();
    let telemetry =
        match telemetry::init(&arguments.log.filter, arguments.log.format, arguments.command.log_output()) {
            Ok(telemetry) => telemetry,
            Err(error) => return cli::fail(&error),
        };
    let outcome = cli::run(arguments.command);
    drop(telemetry);
    outcome.unwrap_or_else(|error| cli::fail(&error))
}
