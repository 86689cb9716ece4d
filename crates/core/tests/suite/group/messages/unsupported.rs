//! Proposals that mlskit does not support are typed refusals.

use mls_rs::{
    CipherSuite, CipherSuiteProvider as _, CryptoProvider as _, ExtensionList, MlsMessage, ProtocolVersion,
    identity::{
        SigningIdentity,
        basic::{BasicCredential, BasicIdentityProvider},
    },
};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use mlskit::{
    KeypackageConfig, KeypackageExt, MessageError, RejectedMessage, RejoinReason,
    group::{GroupConfig, JoinOptions},
    openmls::{
        prelude::{
            CustomProposal, ExtensionType, GroupId, MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY, MlsGroupJoinConfig,
            OpenMlsProvider as _,
        },
        schedule::PreSharedKeyId,
    },
};

use super::three;
use crate::{
    common,
    group::{
        add, commit, hear, pair,
        peer::{CUSTOM, Peer, bytes},
        refusal, say,
    },
};

const PSK: u16 = 4;
const REINIT: u16 = 5;

fn rejected(proposal_type: u16) -> MessageError {
    MessageError::Rejected(RejectedMessage::UnsupportedProposal { proposal_type })
}

fn rejoin(proposal_type: u16) -> MessageError {
    MessageError::Rejoin(RejoinReason::UnsupportedProposal { proposal_type })
}

/// A pre-shared key that `peer` knows.
pub(in crate::group) fn psk(peer: &Peer) -> PreSharedKeyId {
    let id = PreSharedKeyId::external(b"psk".to_vec(), vec![9; 32]);
    id.store(&peer.provider, b"a secret").unwrap();
    id
}

scenarios! {
    async fn a_pre_shared_key_is_not_supported() {
        let (alice, bob, group, mut carol) = three().await;
        let id = psk(&carol);
        let proposal = carol.with(|group, provider, signer| {
            let (proposal, _) = group.propose_pre_shared_key(provider, signer, id.clone()).unwrap();
            group.clear_pending_proposals(mlskit::openmls::prelude::OpenMlsProvider::storage(provider)).unwrap();
            bytes(&proposal)
        });
        assert_eq!(refusal(&bob, &proposal).await, rejected(PSK));
        let committed = carol.with(|group, provider, signer| {
            group.propose_pre_shared_key_by_value(provider, signer, id).unwrap();
            bytes(&group.commit_to_pending_proposals(provider, signer).unwrap().0)
        });
        assert_eq!(refusal(&bob, &committed).await, rejoin(PSK));
        let text = say(&alice, &group, "still here").await;
        assert_eq!(hear(&bob, &text).await, "still here");
    }

    async fn a_custom_proposal_is_not_supported() {
        let (alice, bob, group, mut carol) = three().await;
        let custom = CustomProposal::new(CUSTOM, b"anything".to_vec());
        let proposal = carol.with(|group, provider, signer| {
            let (proposal, _) = group.propose_custom_proposal_by_reference(provider, signer, custom).unwrap();
            group.clear_pending_proposals(mlskit::openmls::prelude::OpenMlsProvider::storage(provider)).unwrap();
            bytes(&proposal)
        });
        assert_eq!(refusal(&bob, &proposal).await, rejected(CUSTOM));
        let text = say(&alice, &group, "still here").await;
        assert_eq!(hear(&bob, &text).await, "still here");
    }

    /// It was decrypted, which uses up its key, before it was refused: neither file nor memory may know of that.
    async fn an_encrypted_proposal_that_is_not_supported_is_no_duplicate_when_it_comes_again() {
        let (alice, bob, group, mut carol) = three().await;
        let custom = CustomProposal::new(CUSTOM, b"anything".to_vec());
        let proposal = carol.with(|group, provider, signer| {
            let encrypted = MlsGroupJoinConfig::builder().wire_format_policy(MIXED_CIPHERTEXT_WIRE_FORMAT_POLICY).build();
            group.set_configuration(provider.storage(), &encrypted).unwrap();
            bytes(&group.propose_custom_proposal_by_reference(provider, signer, custom).unwrap().0)
        });
        assert_eq!(proposal[..4], [0, 1, 0, 2], "a PrivateMessage");
        let tx = bob.new_transaction().await.unwrap();
        let reply = tx.encrypt_message(&group, b"reply", b"").await.unwrap();
        for _ in 0..2 {
            let refused = tx.process_message(&proposal).await.unwrap_err();
            assert_eq!(refused, mlskit::Error::Message(rejected(CUSTOM)));
        }
        tx.finish().await.unwrap();
        assert_eq!(refusal(&bob, &proposal).await, rejected(CUSTOM));
        assert_eq!(hear(&alice, &reply.open().unwrap()).await, "reply");
        let text = say(&bob, &group, "and more").await;
        assert_eq!(hear(&alice, &text).await, "and more");
    }

    async fn a_reinit_is_not_supported() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let (proposal, committed) = reinit(&alice, &bob, &group).await;
        assert_eq!(refusal(&bob, &proposal).await, rejected(REINIT));
        assert_eq!(refusal(&bob, &committed).await, rejoin(REINIT));
        let text = say(&alice, &group, "still here").await;
        assert_eq!(hear(&bob, &text).await, "still here");
    }

    /// Each member supports it, so mls-rs takes it. OpenMLS wants it in the required capabilities, RFC 9420 does not.
    async fn a_context_extension_that_all_support_and_none_requires_asks_to_rejoin() {
        let (bob, bobs) = common::client("bob").await;
        let config = KeypackageConfig::default().supports_extension(ExtensionType::Unknown(CUSTOM));
        let package = commit(&bob, async |tx| tx.generate_keypackage_with(&bobs, &config).await).await;
        let package = [&[0, 1, 0, 5], KeypackageExt::to_bytes(&package).unwrap().as_slice()].concat();
        let package = MlsMessage::from_bytes(&package).unwrap();
        let mut daves = dave().create_group(ExtensionList::new(), ExtensionList::new(), None).unwrap();
        let added = daves.commit_builder().add_member(package).unwrap().build().unwrap();
        daves.apply_pending_commit().unwrap();
        let welcome = added.welcome_messages[0].to_bytes().unwrap();
        commit(&bob, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;

        let mut extensions = ExtensionList::new();
        extensions.set(mls_rs::Extension::new(CUSTOM.into(), b"anything".to_vec()));
        let committed = daves.commit_builder().set_group_context_ext(extensions).unwrap().build().unwrap();
        let committed = committed.commit_message.to_bytes().unwrap();
        assert_eq!(refusal(&bob, &committed).await, MessageError::Rejoin(RejoinReason::UndeclaredExtension));
        daves.clear_pending_commit();
        let text = daves.encrypt_application_message(b"still here", Vec::new()).unwrap().to_bytes().unwrap();
        assert_eq!(hear(&bob, &text).await, "still here");
    }
}

/// A member by mls-rs proposes to begin the group anew, and commits to it.
async fn reinit(alice: &mlskit::Client, bob: &mlskit::Client, group: &GroupId) -> (Vec<u8>, Vec<u8>) {
    let (mut daves, version) = (dave_in(alice, bob, group).await, ProtocolVersion::MLS_10);
    let suite = CipherSuite::new(common::SUITE.into());
    let proposal = daves.propose_reinit(None, version, suite, ExtensionList::new(), Vec::new()).unwrap();
    daves.clear_proposal_cache();
    let committed = daves.commit_builder().reinit(None, version, suite, ExtensionList::new()).unwrap().build().unwrap();
    (proposal.to_bytes().unwrap(), committed.commit_message.to_bytes().unwrap())
}

/// A client by mls-rs.
pub(in crate::group) fn dave() -> mls_rs::Client<impl mls_rs::client_builder::MlsConfig> {
    let suite = CipherSuite::new(common::SUITE.into());
    let crypto = RustCryptoProvider::default();
    let (secret, public) = crypto.cipher_suite_provider(suite).unwrap().signature_key_generate().unwrap();
    let identity = SigningIdentity::new(BasicCredential::new(b"dave".to_vec()).into_credential(), public);
    mls_rs::Client::builder()
        .key_package_lifetime(std::time::Duration::from_hours(30 * 24))
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(crypto)
        .extension_type(CUSTOM.into())
        .signing_identity(identity, secret, suite)
        .build()
}

/// He in a group.
async fn dave_in(
    alice: &mlskit::Client,
    bob: &mlskit::Client,
    group: &GroupId,
) -> mls_rs::Group<impl mls_rs::client_builder::MlsConfig> {
    let dave = dave();
    let package = dave.generate_key_package_message(ExtensionList::new(), ExtensionList::new(), None).unwrap();
    let package = alice.import_keypackage(&package.to_bytes().unwrap()).await.unwrap();
    let (added, welcome) = add(alice, group, &package).await;
    let staged = crate::group::staged(bob, &added).await;
    commit(bob, async |tx| tx.accept(*staged).await).await;
    dave.join_group(None, &MlsMessage::from_bytes(&welcome).unwrap(), None).unwrap().0
}
