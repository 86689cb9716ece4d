//! A member: what an app does around mlskit, and no more.

use std::collections::VecDeque;

use mlskit::{
    Client, ClientId, Credential, CredentialRef, DatabaseKey, Error, KeypackagePolicy, MessageError, RejectedMessage,
    group::{GroupConfig, JoinOptions, Member as GroupMember, OutgoingKind, OutgoingMessage, Received},
    keypackage::KeypackageFraming,
    openmls::prelude::{Ciphersuite, GroupId},
};
use mlskit_service::{client::Service, directory::ServiceDirectory};

use crate::Outcome;

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// One member with its file. It is in one group at most.
pub struct Member {
    client: Client,
    credential: CredentialRef,
    service: Service,
    /// Sealed, and not yet with the service. An app would keep these in its own database.
    unsent: VecDeque<Vec<u8>>,
    heard: Vec<String>,
    /// How far the queues have been read. Who forgets it reads all again, and is told `Duplicate`.
    welcomes_seen: i64,
    messages_seen: i64,
    /// Read, and too early: what they build on is still to come. An app would bound them: anybody may have sent them.
    waiting: VecDeque<Vec<u8>>,
    /// Whether the others went on in a way that this client can't follow. Then somebody removes it and adds it again.
    is_lost: bool,
}

/// What came of a `sync`.
enum Synced {
    Done,
    /// A commit came too late: what it was to do is to be done again.
    Rejected,
    /// This client has to be removed and added again.
    Rejoin,
}

impl Member {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// Those of mlskit.
    pub async fn open(path: &str, key: DatabaseKey, name: &str, service: Service) -> Outcome<Self> {
        let client = Client::open(path, &key, ClientId::from(name)).await?;
        let credential = match client.credentials().await?.pop() {
            Some(credential) => credential,
            None => {
                client.transaction(async |tx| tx.add_credential(Credential::basic(SUITE, client.id())?).await).await?
            }
        };
        Ok(Self {
            client,
            credential,
            service,
            unsent: VecDeque::new(),
            heard: Vec::new(),
            welcomes_seen: 0,
            messages_seen: 0,
            waiting: VecDeque::new(),
            is_lost: false,
        })
    }

    /// Carries out a command and gives what follows the `ok` of its answer.
    ///
    /// # Errors
    /// Those of mlskit and of the service; a command that is none.
    pub async fn answer(&mut self, command: &str) -> Outcome<String> {
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        match verb {
            "publish" => self.publish(rest.parse()?).await?,
            "create" => return self.create().await,
            "add" => self.add(rest).await?,
            "rotate" => self.rotate().await?,
            "remove" => self.remove(rest).await?,
            "say" => self.say(rest).await?,
            "sync" => {
                let answer = match self.sync().await? {
                    Synced::Done => "",
                    Synced::Rejected => "rejected",
                    Synced::Rejoin => "rejoin",
                };
                return Ok(answer.into());
            }
            "heard" => return Ok(std::mem::take(&mut self.heard).join(" | ")),
            "state" => return self.state().await,
            "packages" => return Ok(self.client.get_keypackage_refs().await?.len().to_string()),
            _ => return Err(format!("{verb:?} is no command").into()),
        }
        Ok(String::new())
    }

    /// Has the service serve so many key packages. An app would do so at each start, after each Welcome, and when the report
    /// says.
    async fn publish(&self, target: u32) -> Outcome {
        let directory = ServiceDirectory::new(&self.service, self.client.id());
        let policy =
            KeypackagePolicy::default().target(target).last_resort(false).framing(KeypackageFraming::MlsMessage);
        let report = self.client.sync_keypackages(&directory, &self.credential, &policy).await?;
        report.refused.into_iter().next().map_or(Ok(()), |(_, error)| Err(error.into()))
    }

    async fn create(&self) -> Outcome<String> {
        let group = self.client.transaction(async |tx| tx.create_group(&self.credential, GroupConfig::default()).await);
        Ok(base16ct::lower::encode_string(group.await?.as_slice()))
    }

    async fn add(&self, name: &str) -> Outcome {
        let id = ClientId::from(name);
        let taken = self.service.take(id.as_bytes(), SUITE.into())?.ok_or("no key package is left")?;
        let keypackage = self.client.import_keypackage_of(&id, &taken).await?;
        let group = self.group().await?;
        Ok(self.client.transaction(async |tx| tx.add_members(&group, &[keypackage]).await).await?)
    }

    async fn rotate(&self) -> Outcome {
        let group = self.group().await?;
        Ok(self.client.transaction(async |tx| tx.update_keys(&group, None).await).await?)
    }

    async fn remove(&self, name: &str) -> Outcome {
        let group = self.group().await?;
        let members = self.client.members(&group).await?;
        let member = members.into_iter().find(|member| name_of(member) == name).ok_or("no such member")?;
        Ok(self.client.transaction(async |tx| tx.remove_members(&group, &[member.id]).await).await?)
    }

    async fn say(&mut self, text: &str) -> Outcome {
        let group = self.group().await?;
        let sealed = self.client.transaction(async |tx| tx.encrypt_message(&group, text.as_bytes(), b"").await).await?;
        self.unsent.push_back(sealed.open()?);
        Ok(())
    }

    async fn state(&self) -> Outcome<String> {
        let Some(group) = self.client.groups().await?.pop() else { return Ok("no group".into()) };
        let members: Vec<_> = self.client.members(&group).await?.iter().map(name_of).collect();
        Ok(format!("epoch {} of {}", self.client.epoch(&group).await?, members.join(",")))
    }

    async fn group(&self) -> Outcome<GroupId> {
        Ok(self.client.groups().await?.pop().ok_or("in no group")?)
    }

    /// Sends all that waits, then takes in all that came. Whatever fails is done again by the next call: nothing is
    /// settled before the service has answered.
    async fn sync(&mut self) -> Outcome<Synced> {
        let taken = self.send_outbox().await?;
        while let Some(message) = self.unsent.front() {
            self.service.send(message)?;
            self.unsent.pop_front();
        }
        // First what may have ended its membership: only then does a Welcome to the same group bring it back.
        self.hear().await?;
        self.join().await?;
        self.hear().await?;
        Ok(match (self.is_lost, taken) {
            (true, _) => Synced::Rejoin,
            (false, false) => Synced::Rejected,
            (false, true) => Synced::Done,
        })
    }

    async fn send_outbox(&self) -> Outcome<bool> {
        let mut taken = true;
        // A Welcome appears when its commit was accepted: so the outbox is asked again.
        while let Some(entry) = self.client.outgoing().await?.into_iter().next() {
            taken &= self.send(entry).await?;
        }
        Ok(taken)
    }

    async fn send(&self, entry: OutgoingMessage) -> Outcome<bool> {
        match entry.kind {
            OutgoingKind::Commit => {
                let taken = self.service.send(&entry.bytes)?;
                let settle = self.client.transaction(async |tx| {
                    if taken {
                        tx.commit_accepted(&entry.group_id).await.map(drop)
                    } else {
                        tx.commit_rejected(&entry.group_id).await.map(drop)
                    }
                });
                settle.await?;
                return Ok(taken);
            }
            OutgoingKind::Welcome => self.service.send_welcome(&entry.bytes)?,
            _ => drop(self.service.send(&entry.bytes)?),
        }
        self.client.transaction(async |tx| tx.mark_sent(&[entry.id]).await).await?;
        Ok(true)
    }

    async fn join(&mut self) -> Outcome {
        for line in self.service.welcomes(self.client.id().as_bytes(), self.welcomes_seen)? {
            // This app joins whatever it is added to; another would look at who is in there, and abort.
            let options = JoinOptions::default().replace(self.is_lost);
            match self.client.transaction(async |tx| tx.join_group(&line.bytes, options).await).await {
                Ok(_) => self.is_lost = false,
                // They may work the next time.
                Err(error @ (Error::Storage(_) | Error::Transaction(_))) => return Err(error.into()),
                // Opened before, or never right: anybody can send such a thing, and it must not bar the next.
                Err(_) => {}
            }
            self.welcomes_seen = line.position;
        }
        Ok(())
    }

    async fn hear(&mut self) -> Outcome {
        let Some(group) = self.client.groups().await?.pop() else { return Ok(()) };
        for line in self.service.messages(group.as_slice(), self.messages_seen)? {
            self.waiting.push_back(line.bytes);
            self.messages_seen = line.position;
        }
        // Until a round brings nothing: what came too early may have its turn after what came late.
        loop {
            let before = self.waiting.len();
            for _ in 0..before {
                let Some(message) = self.waiting.front().cloned() else { break };
                let is_too_early = self.process(&group, &message).await?;
                self.waiting.pop_front();
                if is_too_early {
                    self.waiting.push_back(message);
                }
            }
            if self.waiting.len() == before {
                return Ok(());
            }
        }
    }

    /// Takes in one message. Returns whether it is to be kept, as what it builds on is still to come.
    async fn process(&mut self, group: &GroupId, message: &[u8]) -> Outcome<bool> {
        // A message and what follows from it are one transaction. This app lets everybody in; another would look at
        // `added` first, and abort.
        let processed = self.client.transaction(async |tx| match tx.process_message(message).await? {
            Received::Application { sender, plaintext, .. } => Ok(Some((sender, plaintext))),
            Received::Commit(commit) => tx.accept(*commit).await.map(|_| None),
            Received::OwnCommit => tx.commit_accepted(group).await.map(|_| None),
            // One's own words; and nobody here commits another's proposals.
            _ => Ok(None),
        });
        match processed.await {
            Ok(None) => {}
            // An app stores what is said in the block above: a kill right here would lose it.
            Ok(Some((sender, plaintext))) => {
                self.heard.push(format!("{}: {}", name_of(&sender), String::from_utf8_lossy(&plaintext)));
            }
            Err(Error::Message(error)) => match error {
                MessageError::FutureEpoch { .. }
                | MessageError::UnknownGroup { .. }
                | MessageError::JoinPending
                | MessageError::Rejected(RejectedMessage::TooFarAhead) => return Ok(true),
                MessageError::Rejoin(_) => self.is_lost = true,
                // Read before, too old, broken or not allowed.
                _ => {}
            },
            Err(error) => return Err(error.into()),
        }
        Ok(false)
    }
}

fn name_of(member: &GroupMember) -> String {
    String::from_utf8_lossy(member.credential.serialized_content()).into_owned()
}
