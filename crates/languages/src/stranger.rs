//! Whoever else has an address at the service: none of the three, and free to send what no app would.

use mlskit::{
    Client, ClientId, Credential, CredentialRef, Error, Keypackage, Result,
    group::{GroupConfig, JoinOptions, Received},
    openmls::prelude::{Ciphersuite, GroupId},
};
use mlskit_service::client::Service;
use smol::block_on;

use crate::Outcome;

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// Is in one group at most, and leaves what it makes to the story to send.
pub(crate) struct Stranger {
    client: Client,
    credential: CredentialRef,
}

/// A commit that adds, and what it adds by.
pub(crate) struct Added {
    pub(crate) commit: Vec<u8>,
    pub(crate) welcome: Vec<u8>,
}

impl Stranger {
    pub(crate) fn new(name: &str) -> Outcome<Self> {
        block_on(async {
            let client = Client::temporary(ClientId::from(name)).await?;
            let credential = Credential::basic(SUITE, client.id())?;
            let credential = client.transaction(async |tx| tx.add_credential(credential).await).await?;
            Ok(Self { client, credential })
        })
    }

    pub(crate) fn keypackage(&self) -> Result<Keypackage> {
        block_on(self.client.transaction(async |tx| tx.generate_keypackage(&self.credential, None).await))
    }

    pub(crate) fn take(&self, service: &Service, name: &str) -> Outcome<Keypackage> {
        let id = ClientId::from(name);
        let taken = service.take(id.as_bytes(), SUITE.into())?.ok_or("no key package is left")?;
        Ok(block_on(self.client.import_keypackage_of(&id, &taken))?)
    }

    /// Adds a client, to a new group if there is none.
    pub(crate) fn add(&self, keypackage: &Keypackage) -> Outcome<Added> {
        block_on(async {
            let group = match self.client.groups().await?.pop() {
                Some(group) => group,
                None => {
                    let config = GroupConfig::default();
                    self.client.transaction(async |tx| tx.create_group(&self.credential, config).await).await?
                }
            };
            let added = std::slice::from_ref(keypackage);
            self.client.transaction(async |tx| tx.add_members(&group, added).await).await?;
            let commit = self.settle(&group).await?;
            let welcome = self.client.outgoing().await?.pop().ok_or("no Welcome")?;
            self.client.transaction(async |tx| tx.mark_sent(&[welcome.id]).await).await?;
            Ok(Added { commit, welcome: welcome.bytes })
        })
    }

    pub(crate) fn join(&self, welcome: &[u8]) -> Result<()> {
        let joined = self.client.transaction(async |tx| tx.join_group(welcome, JoinOptions::default()).await);
        block_on(joined).map(drop)
    }

    pub(crate) fn rotate(&self) -> Outcome<Vec<u8>> {
        block_on(async {
            let group = self.group().await?;
            self.client.transaction(async |tx| tx.update_keys(&group, None).await).await?;
            self.settle(&group).await
        })
    }

    pub(crate) fn remove(&self, name: &str) -> Outcome<Vec<u8>> {
        block_on(async {
            let group = self.group().await?;
            let members = self.client.members(&group).await?.into_iter();
            let members: Vec<_> = members
                .filter(|member| member.credential.serialized_content() == name.as_bytes())
                .map(|member| member.id)
                .collect();
            self.client.transaction(async |tx| tx.remove_members(&group, &members).await).await?;
            self.settle(&group).await
        })
    }

    pub(crate) fn say(&self, text: &str) -> Outcome<Vec<u8>> {
        block_on(async {
            let group = self.group().await?;
            let sealed = self.client.transaction(async |tx| tx.encrypt_message(&group, text.as_bytes(), b"").await);
            Ok(sealed.await?.open()?)
        })
    }

    /// The proposal to go.
    pub(crate) fn leave(&self) -> Outcome<Vec<u8>> {
        block_on(async {
            let group = self.group().await?;
            self.client.transaction(async |tx| tx.leave_group(&group).await).await?;
            Ok(self.client.outgoing().await?.pop().ok_or("no proposal")?.bytes)
        })
    }

    pub(crate) fn commit_proposal(&self, proposal: &[u8]) -> Outcome<Vec<u8>> {
        block_on(async {
            let group = self.group().await?;
            let committed = self.client.transaction(async |tx| {
                if let Received::Proposal(proposal) = tx.process_message(proposal).await? {
                    tx.accept_proposal(*proposal).await?;
                }
                tx.commit_proposals(&group).await?;
                Ok::<_, Error>(())
            });
            committed.await?;
            self.settle(&group).await
        })
    }

    async fn group(&self) -> Outcome<GroupId> {
        Ok(self.client.groups().await?.pop().ok_or("in no group")?)
    }

    /// Lets its commit hold, and gives it.
    async fn settle(&self, group: &GroupId) -> Outcome<Vec<u8>> {
        let commit = self.client.outgoing().await?.pop().ok_or("no commit")?;
        self.client.transaction(async |tx| tx.commit_accepted(group).await).await?;
        Ok(commit.bytes)
    }
}
