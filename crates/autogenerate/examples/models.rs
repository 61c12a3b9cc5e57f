//! Writes models for the database of `DATABASE_URL` into a folder: `models FOLDER`.

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use autogenerate::{model::Metadata, project};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("usage: models FOLDER")?);
    let described = project::models(&env::var("DATABASE_URL")?.parse()?, &Metadata::new(), "models").await?;
    for (path, text) in described.generated.files {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)?;
    }
    let unhandled = described.unhandled.iter().map(|it| format!("not described: {} {}", it.kind, it.name));
    for note in described.generated.notes.into_iter().chain(unhandled) {
        writeln!(io::stderr(), "{note}")?;
    }
    Ok(())
}
