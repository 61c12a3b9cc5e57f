//! The service in its own process, as an operator runs it.

use std::{
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
};

use super::eventually;

/// The command line program, without the environment of the tests.
pub fn curio(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_curio"));
    isolate(&mut command, arguments);
    command
}

fn isolate(command: &mut Command, arguments: &[&str]) {
    command.args(arguments).kill_on_drop(true).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CURIO_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    // The default port may be in use, such as by `make run`.
    command.env("CURIO_BIND", "127.0.0.1:0");
    // The `.env` of the checkout must not be read.
    command.current_dir(std::env::temp_dir());
}

/// A process that serves on a free port.
#[derive(Debug)]
pub struct Process {
    pub address: String,
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
    reader: JoinHandle<()>,
    is_read: watch::Sender<bool>,
}

impl Process {
    /// Starts `curio serve` and waits until it listens.
    pub async fn serve(database_url: &str, environment: &[(&str, &str)]) -> Self {
        let mut process = Self::spawn(database_url, environment);
        process.listens("serve.listening").await;
        process
    }

    /// As [`serve`](Self::serve), with this limit, such as `-n 200` for open files.
    pub async fn serve_limited(limit: &str, database_url: &str) -> Self {
        let limited = format!("ulimit {limit}; exec \"$0\" \"$@\"");
        let mut command = Command::new("bash");
        command.args(["-c", &limited, env!("CARGO_BIN_EXE_curio")]);
        let mut process = Self::spawn_command(command, database_url, &[]);
        process.listens("serve.listening").await;
        process
    }

    /// Starts `curio serve` and does not wait.
    pub fn spawn(database_url: &str, environment: &[(&str, &str)]) -> Self {
        Self::spawn_command(Command::new(env!("CARGO_BIN_EXE_curio")), database_url, environment)
    }

    fn spawn_command(mut command: Command, database_url: &str, environment: &[(&str, &str)]) -> Self {
        isolate(&mut command, &["serve", "--bind", "127.0.0.1:0"]);
        command
            .env("DATABASE_URL", database_url)
            .env("CURIO_LOG_FORMAT", "json")
            .envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let collected = Arc::clone(&lines);
        let (is_read, mut read) = watch::channel(true);
        let reader = tokio::spawn(async move {
            while let Ok(Some(line)) = stdout.next_line().await {
                let _ = read.wait_for(|is_read| *is_read).await;
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                collected.lock().unwrap().push(line);
            }
        });
        Self { address: String::new(), child, lines, reader, is_read }
    }

    /// Waits for the line with this message, which has the address.
    pub async fn listens(&mut self, message: &str) {
        eventually("curio listens", async || {
            let lines = self.lines.lock().unwrap();
            assert!(self.child.try_wait().unwrap().is_none(), "curio ended: {lines:?}");
            let line = lines.iter().find(|line| line["message"] == message);
            line.map(|line| self.address = format!("http://{}", line["address"].as_str().unwrap())).is_some()
        })
        .await;
    }

    /// The lines of the log with this message.
    pub fn lines(&self, message: &str) -> Vec<Value> {
        self.lines.lock().unwrap().iter().filter(|line| line["message"] == message).cloned().collect()
    }

    /// All lines of the log.
    pub fn log(&self) -> Vec<Value> {
        self.lines.lock().unwrap().clone()
    }

    /// Stops reading the log, or goes on.
    pub fn read_log(&self, is_read: bool) {
        self.is_read.send_replace(is_read);
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().expect("the process is there").to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// The most bytes of memory that were resident so far.
    pub fn peak_memory(&self) -> usize {
        let pid = self.child.id().expect("the process is there");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
    }

    /// Waits for the end, and for the last line of the log.
    pub async fn end(&mut self) -> ExitStatus {
        let status = tokio::time::timeout(Duration::from_mins(1), self.child.wait()).await;
        let status = status.expect("curio ends").unwrap();
        self.read_log(true);
        (&mut self.reader).await.unwrap();
        status
    }
}

/// Runs a command to its end: its exit code, standard output and standard error.
pub async fn run(mut command: Command) -> (Option<i32>, String, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut out, mut err) = (String::new(), String::new());
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (read_out, read_err, status) =
        tokio::join!(stdout.read_to_string(&mut out), stderr.read_to_string(&mut err), child.wait());
    read_out.and(read_err).unwrap();
    (status.unwrap().code(), out, err)
}
