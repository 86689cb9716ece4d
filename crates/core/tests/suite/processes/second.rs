//! The second process: one line in, one line out.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use mlskit::{Client, ClientId, Credential, DatabaseKey, Result, TransactionContext, group::Received};

use crate::common::SUITE;

const FILE: &str = "MLSKIT_SECOND_PROCESS_FILE";
const KEY: &str = "MLSKIT_SECOND_PROCESS_KEY";
/// What the second process says in a group.
pub(super) const SAID: &[u8] = b"said by the second process";
/// In front of each answer: the test harness writes to the same pipe.
const MARK: &str = "answer: ";
/// Nothing that is asked for takes as long.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Second {
    process: Child,
    orders: ChildStdin,
    answers: Receiver<String>,
}

impl Second {
    pub(super) fn start(path: &Path, key: &DatabaseKey) -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "processes::second::does_what_it_is_told", "--nocapture"])
            .env(FILE, path)
            .env(KEY, hex(key.as_bytes()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            let mut lines = lines.map_while(|line| line.ok());
            lines.try_for_each(|line| match line.split_once(MARK) {
                Some((_, answer)) => sender.send(answer.to_owned()),
                None => Ok(()),
            })
        });
        Self { process, orders, answers }
    }

    pub(super) fn ask(&mut self, order: &str) -> String {
        self.tell(order);
        self.answer()
    }

    pub(super) fn tell(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
    }

    pub(super) fn answer(&mut self) -> String {
        self.answers.recv_timeout(PATIENCE).unwrap()
    }
}

/// SIGKILL: whatever it has open stays as it is.
impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Does nothing unless [`Second::start`] has started this process.
#[test]
fn does_what_it_is_told() {
    let (Ok(path), Ok(key)) = (env::var(FILE), env::var(KEY)) else { return };
    let key = DatabaseKey::from_bytes(unhex(&key)).unwrap();
    let mut state = State { client: None, open: None };
    for order in io::stdin().lines() {
        let answer = smol::block_on(state.obey(&order.unwrap(), Path::new(&path), &key));
        let answer = answer.unwrap_or_else(|error| format!("{error:?}"));
        let mut out = io::stdout().lock();
        writeln!(out, "{MARK}{answer}").unwrap();
        out.flush().unwrap();
    }
}

struct State {
    client: Option<Client>,
    open: Option<TransactionContext>,
}

impl State {
    async fn obey(&mut self, order: &str, path: &Path, key: &DatabaseKey) -> Result<String> {
        if let Some(id) = order.strip_prefix("open ") {
            self.client = Some(Client::open(path, key, ClientId::from(id)).await?);
            return Ok("ok".to_owned());
        }
        let client = self.client.as_ref().unwrap();
        match order {
            "begin" => self.open = Some(client.new_transaction().await?),
            "add" => add(self.open.as_ref().unwrap(), client).await?,
            "finish" => self.open.take().unwrap().finish().await?,
            "rekey" => client.change_key(&DatabaseKey::generate()?).await?,
            "close" => client.close().await,
            "members" => {
                let group = client.groups().await?.remove(0);
                return Ok(client.members(&group).await?.len().to_string());
            }
            "say" => {
                let group = client.groups().await?.remove(0);
                let sealed = client.transaction(async |tx| tx.encrypt_message(&group, SAID, b"").await).await?;
                return Ok(hex(&sealed.open()?));
            }
            "count" => return Ok(client.credentials().await?.len().to_string()),
            _ if order.starts_with("hear ") => {
                let bytes = unhex(&order[5..]);
                return match client.transaction(async |tx| tx.process_message(&bytes).await).await? {
                    Received::Application { plaintext, .. } => Ok(String::from_utf8(plaintext).unwrap()),
                    other => panic!("{other:?}"),
                };
            }
            _ => {
                let times: u64 = order.strip_prefix("work ").unwrap().parse().unwrap();
                return work(client, times).await.map(|longest| longest.as_micros().to_string());
            }
        }
        Ok("ok".to_owned())
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

async fn add(tx: &TransactionContext, client: &Client) -> Result<()> {
    tx.add_credential(Credential::basic(SUITE, client.id())?).await.map(drop)
}

/// Writes in `times` transactions with pauses of 0.2 to 1 ms, and tells the longest wait for one.
async fn work(client: &Client, times: u64) -> Result<Duration> {
    let mut longest = Duration::ZERO;
    for turn in 0..times {
        let asked = Instant::now();
        let tx = client.new_transaction().await?;
        longest = longest.max(asked.elapsed());
        add(&tx, client).await?;
        tx.finish().await?;
        thread::sleep(Duration::from_micros(200 + turn * 7919 % 800));
    }
    Ok(longest)
}
