//! The clients that the cases work with, each with a file of its own.

use std::path::Path;

use mlskit::{
    Client, ClientId, Credential, CredentialRef, DatabaseKey, Error, Keypackage, KeypackageConfig, KeypackageExt,
    KeypackageRef, TransactionContext,
    group::{GroupConfig, PlainMessage},
    openmls::prelude::{Ciphersuite, GroupId},
};

use crate::Outcome;

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

pub(crate) const LISTED: usize = 1000;
pub(crate) const KEPT: usize = 4900;

pub(crate) struct World {
    /// With no key package between two turns.
    pub(crate) alice: Client,
    pub(crate) alice_ref: CredentialRef,
    /// A package that is gone.
    pub(crate) gone: KeypackageRef,
    /// With `LISTED` packages.
    pub(crate) lister: Client,
    /// With `KEPT` packages of another credential.
    pub(crate) remover: Client,
    pub(crate) remover_ref: CredentialRef,
    /// In a group of two.
    pub(crate) speaker: Client,
    pub(crate) group_id: GroupId,
    /// A message of that group.
    pub(crate) message: Vec<u8>,
}

impl World {
    pub(crate) async fn new(folder: &Path) -> Outcome<Self> {
        let (alice, alice_ref) = client(folder, "alice").await?;
        let gone = generate(&alice, &alice_ref, 1).await?.first().ok_or("no package")?.keypackage_ref()?;
        alice.transaction(async |tx| tx.remove_keypackage(&gone).await).await?;
        let (lister, lister_ref) = client(folder, "lister").await?;
        generate(&lister, &lister_ref, LISTED).await?;
        let (remover, kept_ref) = client(folder, "remover").await?;
        generate(&remover, &kept_ref, KEPT).await?;
        let remover_ref = add_credential(&remover).await?;
        let (speaker, speaker_ref) = client(folder, "speaker").await?;
        let (group_id, message) = speak(&speaker, &speaker_ref, &generate(&alice, &alice_ref, 1).await?).await?;
        alice.transaction(async |tx| tx.remove_keypackages_for(&alice_ref).await).await?;
        Ok(Self { alice, alice_ref, gone, lister, remover, remover_ref, speaker, group_id, message })
    }

    pub(crate) async fn close(&self) {
        for client in [&self.alice, &self.lister, &self.remover, &self.speaker] {
            client.close().await;
        }
    }
}

async fn client(folder: &Path, name: &str) -> Outcome<(Client, CredentialRef)> {
    let client =
        Client::open(folder.join(format!("{name}.db")), &DatabaseKey::generate()?, ClientId::from(name)).await?;
    let credential_ref = add_credential(&client).await?;
    Ok((client, credential_ref))
}

async fn add_credential(client: &Client) -> mlskit::Result<CredentialRef> {
    let credential = Credential::basic(SUITE, client.id())?;
    client.transaction(async |tx| tx.add_credential(credential).await).await
}

pub(crate) async fn generate(
    client: &Client,
    credential_ref: &CredentialRef,
    count: usize,
) -> mlskit::Result<Vec<Keypackage>> {
    let config = KeypackageConfig::default();
    client.transaction(async |tx| tx.generate_keypackages(credential_ref, count, &config).await).await
}

/// A group with the owners of `offers`, and a message to it.
async fn speak(client: &Client, credential_ref: &CredentialRef, offers: &[Keypackage]) -> Outcome<(GroupId, Vec<u8>)> {
    let begin = async |tx: &TransactionContext| {
        let group_id = tx.create_group(credential_ref, GroupConfig::default()).await?;
        tx.add_members(&group_id, offers).await?;
        tx.commit_accepted(&group_id).await?;
        let sealed = tx.encrypt_messages(&group_id, vec![PlainMessage::new(b"Hello.")]).await?;
        Ok::<_, Error>((group_id, sealed))
    };
    let (group_id, mut sealed) = client.transaction(begin).await?;
    Ok((group_id, sealed.pop().ok_or("no message")?.open()?))
}
