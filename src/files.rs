//! Files that settings name.

use std::{
    fs::{self, File},
    io::{self, Error, Read},
    path::Path,
};

/// Passes a regular file, or a link to one. Such files are read more than once, which a pipe
/// does not allow. Opening a pipe may take forever, and a device may have no end.
///
/// # Errors
///
/// It is missing, another kind of file, or has more than `most` bytes.
pub fn check(path: &Path, most: u64) -> io::Result<()> {
    let file = fs::metadata(path)?;
    if !file.is_file() {
        return Err(Error::other("it is not a regular file"));
    }
    if file.len() > most { Err(too_large(most)) } else { Ok(()) }
}

/// The text of a file that passes the [check].
///
/// # Errors
///
/// It does not, cannot be read, or is not UTF-8.
pub fn read(path: &Path, most: u64) -> io::Result<String> {
    check(path, most)?;
    let mut text = String::new();
    File::open(path)?.take(most + 1).read_to_string(&mut text)?;
    // It may have grown, and some say that they are empty.
    if text.len() as u64 > most { Err(too_large(most)) } else { Ok(text) }
}

fn too_large(most: u64) -> Error {
    Error::other(format!("it has more than {most} bytes"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_file_is_regular_and_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, fifo] = ["file", "link", "fifo"].map(|name| folder.path().join(name));
        fs::write(&file, "12345").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(read(&link, 5).unwrap(), "12345");
        assert_eq!(read(&file, 4).unwrap_err().to_string(), "it has more than 4 bytes");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        for other in [&*fifo, Path::new("/dev/zero"), folder.path()] {
            assert_eq!(read(other, 5).unwrap_err().to_string(), "it is not a regular file");
        }
        assert!(read(&folder.path().join("none"), 5).is_err());
    }
}
