//! The story of two clients, each on a real encrypted file: `make demo`. The first part is about key packages, the
//! second about the group that they lead to.
//!
//! Every step checks what it tells; the first that finds something else ends the demo with an error.

mod crash;
mod exchange;
mod group;
mod packages;
mod protection;
mod screen;

use std::{path::PathBuf, process::ExitCode};

use mlskit::{Client, ClientId, CredentialRef, DatabaseKey};
use screen::Screen;
use tempfile::TempDir;

/// The errors of mlskit, of the system and of a claim that did not hold.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What an app keeps to come back to its keys: where the file is, its key, and who the client is.
struct Device {
    folder: TempDir,
    path: PathBuf,
    key: DatabaseKey,
    id: ClientId,
}

/// An open client with a credential.
struct Session {
    client: Client,
    credential_ref: CredentialRef,
}

impl Device {
    fn of(name: &str) -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("mlskit-demo-").tempdir()?;
        let path = folder.path().join(format!("{name}.db"));
        let id = ClientId::from(format!("{name}@example.com").as_str());
        Ok(Self { path, folder, key: DatabaseKey::generate()?, id })
    }

    async fn open(&self) -> mlskit::Result<Client> {
        Client::open(&self.path, &self.key, self.id.clone()).await
    }

    async fn open_again(&self) -> Outcome<Session> {
        let client = self.open().await?;
        let credential_ref = client.credentials().await?.pop().ok_or("the credential is gone")?;
        Ok(Session { client, credential_ref })
    }
}

async fn story(screen: &mut Screen) -> Outcome {
    let (mut alice, bob) = (Device::of("alice")?, Device::of("bob")?);
    let folders = [&alice, &bob].map(|device| device.folder.path().to_owned());

    screen.part("Part one: key packages");
    let session = packages::open_and_add_credential(screen, &alice).await?;
    let published = packages::generate(screen, &session).await?;
    packages::list_and_export(screen, &session, &published).await?;
    exchange::import(screen, &session, &published).await?;
    packages::batch(screen, &session).await?;
    protection::look_at_the_disk(screen, &alice, &published)?;
    crash::roll_back(screen, &session).await?;
    let session = crash::kill_in_mid_transaction(screen, &alice, session).await?;
    protection::remove(screen, &alice, &session, &published).await?;
    protection::wrong_key(screen, &alice, session).await?;
    protection::change_key(screen, &mut alice).await?;

    group::story(screen, &alice, &bob).await?;

    drop((alice, bob));
    screen.step("Leave nothing behind");
    screen.check(!folders.iter().any(|folder| folder.exists()), "the demo's folders are gone")
}

fn main() -> ExitCode {
    smol::block_on(run())
}

async fn run() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if let Some(path) = arguments.next() {
        return match crash::child(path.into()).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let mut screen = Screen::new();
    match story(&mut screen).await {
        Ok(()) => screen.the_end(),
        Err(error) => screen.failed(&*error),
    }
}
