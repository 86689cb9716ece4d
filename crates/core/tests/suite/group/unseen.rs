//! Nobody comes into a group unseen (RFC 9420 §5.3.1): each event shows the new credential before it counts, and a
//! chain of certificates that is somebody else's is refused.

use std::time::{Duration, SystemTime};

use mlskit::{
    CertificateError, Client, CredentialError, Error, KeypackageExt, MessageError, RejectedKeypackage, RejectedMessage,
    group::{Change, ExternalSender, GroupConfig, JoinOptions, OutgoingKind, Sender},
    openmls::{
        messages::external_proposals::ExternalProposal,
        prelude::{
            Extension, Extensions, GroupContext, GroupId, LeafNodeIndex, OpenMlsProvider as _, SenderExtensionIndex,
        },
    },
};
use mlskit_testkit::certificates::{ChainBuilder, KeyKind};
use openmls_rust_crypto::OpenMlsRustCrypto;

use super::{
    add, commit, hear, keypackage, outgoing, pair,
    peer::{Peer, anothers_chain, basic, bytes, x509},
    proposal, refusal, say, staged,
};
use crate::common;

/// Alice and Bob, and a member whose handshakes come in clear.
async fn with(mut peer: Peer, config: GroupConfig) -> (Client, Client, GroupId, Peer) {
    let (alice, _, bob, _, group) = pair(config).await;
    let (added, welcome) = add(&alice, &group, &peer.keypackage()).await;
    let staged = staged(&bob, &added).await;
    commit(&bob, async |tx| tx.accept(*staged).await).await;
    peer.join(&welcome);
    (alice, bob, group, peer)
}

fn is_anothers(error: &MessageError) -> bool {
    matches!(
        error,
        MessageError::Rejected(RejectedMessage::Credential(CredentialError::Certificate(
            CertificateError::DifferentKey { .. }
        )))
    )
}

fn external_senders(senders: &[&Peer]) -> Extension {
    let sender = |peer: &&Peer| {
        mlskit::openmls::prelude::ExternalSender::new(
            peer.with_key.signature_key.clone(),
            peer.with_key.credential.clone(),
        )
    };
    Extension::ExternalSenders(senders.iter().map(sender).collect())
}

fn shown(peer: &Peer) -> ExternalSender {
    ExternalSender {
        credential: peer.with_key.credential.clone(),
        signature_key: peer.with_key.signature_key.as_slice().to_vec(),
    }
}

fn context(extension: Extension) -> Extensions<GroupContext> {
    Extensions::from_vec(vec![extension]).unwrap()
}

scenarios! {
    async fn an_imported_package_shows_whom_it_would_add_and_anothers_chain_is_refused() {
        let (alice, _) = common::client("alice").await;
        let carol = Peer::new(basic("carol"));
        let package = alice.import_keypackage(&carol.keypackage().to_bytes().unwrap()).await.unwrap();
        assert_eq!(package.leaf_node().credential(), &basic("carol"));
        let mallory = Peer::new(x509(&anothers_chain())).keypackage().to_bytes().unwrap();
        let refused = alice.import_keypackage(&mallory).await.unwrap_err();
        assert!(matches!(refused, Error::Keypackage(mlskit::KeypackageError::Rejected(
            RejectedKeypackage::Certificate(CertificateError::DifferentKey { .. })
        ))), "{refused:?}");
    }

    async fn ones_own_add_of_anothers_chain_is_refused_even_without_import() {
        let (alice, _, _, _, group) = pair(GroupConfig::default()).await;
        let mallory = Peer::new(x509(&anothers_chain())).keypackage();
        let refused = alice.transaction(async |tx| tx.add_members(&group, &[mallory]).await).await.unwrap_err();
        assert!(matches!(refused, Error::Keypackage(mlskit::KeypackageError::Rejected(
            RejectedKeypackage::Certificate(CertificateError::DifferentKey { .. })
        ))), "{refused:?}");
        assert_eq!(alice.outgoing().await.unwrap(), []);
    }

    async fn a_welcome_shows_everybody_and_who_may_propose_from_outside() {
        let (bob, bobs) = common::client("bob").await;
        let package = keypackage(&bob, &bobs).await;
        let (mut carol, server) = (Peer::new(basic("carol")), Peer::new(basic("server")));
        carol.create(context(external_senders(&[&server])));
        let (_, welcome) = carol.add(&[package]);
        let joined = commit(&bob, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
        let credentials: Vec<_> = joined.members.iter().map(|member| member.credential.clone()).collect();
        assert_eq!(credentials, [basic("carol"), basic("bob")]);
        assert_eq!(joined.added_by.unwrap().credential, basic("carol"));
        assert_eq!(joined.external_senders, [shown(&server)]);
    }

    async fn a_welcome_into_a_group_with_anothers_chain_is_refused_and_leaves_the_package() {
        let (bob, bobs) = common::client("bob").await;
        let package = keypackage(&bob, &bobs).await;
        let mut mallory = Peer::new(x509(&anothers_chain()));
        mallory.create(Extensions::default());
        let (_, welcome) = mallory.add(&[package]);
        let refused = bob.transaction(async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
        assert!(matches!(refused, Err(Error::Credential(CredentialError::Certificate(
            CertificateError::DifferentKey { .. }
        )))), "{refused:?}");
        assert_eq!(bob.groups().await.unwrap(), []);
        assert_eq!(bob.get_keypackage_refs().await.unwrap().len(), 1);
    }

    async fn an_add_shows_who_comes_before_it_counts() {
        let (alice, bob, group, mut carol) = with(Peer::new(basic("carol")), GroupConfig::default()).await;
        let (proposed, committed) = carol.with(|group, provider, signer| {
            let dave = Peer::new(basic("dave")).keypackage();
            let (proposed, _) = group.propose_add_member(provider, signer, &dave).unwrap();
            let (committed, _, _) = group.commit_to_pending_proposals(provider, signer).unwrap();
            (bytes(&proposed), bytes(&committed))
        });
        let received = proposal(&alice, &proposed).await;
        assert!(matches!(&received.change, Change::Add(leaf) if leaf.credential == basic("dave")), "{received:?}");
        assert!(matches!(&received.sender, Sender::Member(member) if member.credential == basic("carol")));
        commit(&alice, async |tx| tx.accept_proposal(*received).await).await;
        let staged = staged(&alice, &committed).await;
        assert_eq!(staged.added.iter().map(|leaf| leaf.credential.clone()).collect::<Vec<_>>(), [basic("dave")]);
        // Until it is accepted nothing has changed, and dropped it never does.
        drop(staged);
        assert_eq!((alice.epoch(&group).await.unwrap(), alice.members(&group).await.unwrap().len()), (2, 3));
        let text = say(&bob, &group, "as before").await;
        assert_eq!(hear(&alice, &text).await, "as before");
    }

    async fn anothers_chain_in_an_add_is_refused() {
        let (alice, bob, group, mut carol) = with(Peer::new(basic("carol")), GroupConfig::default()).await;
        let mallory = Peer::new(x509(&anothers_chain())).keypackage();
        let (proposed, committed) = carol.with(|group, provider, signer| {
            let (proposed, _) = group.propose_add_member(provider, signer, &mallory).unwrap();
            group.clear_pending_proposals(provider.storage()).unwrap();
            (bytes(&proposed), bytes(&group.add_members(provider, signer, &[mallory]).unwrap().0))
        });
        for bad in [proposed, committed] {
            let error = refusal(&alice, &bad).await;
            assert!(is_anothers(&error), "{error:?}");
        }
        let text = say(&bob, &group, "as before").await;
        assert_eq!(hear(&alice, &text).await, "as before");
    }

    async fn an_update_shows_the_credential_before_and_after() {
        let (alice, _, group, mut carol) = with(Peer::new(basic("carol")), GroupConfig::default()).await;
        let proposed = carol.propose_credential(basic("caroline"));
        let received = proposal(&alice, &proposed).await;
        let Change::Update { before, after } = &received.change else { panic!("{received:?}") };
        assert_eq!((&before.credential, &after.credential), (&basic("carol"), &basic("caroline")));
        assert_ne!(before.id.signature_key(), after.signature_key);
        let names = alice.members(&group).await.unwrap();
        assert_eq!(names[2].credential, basic("carol"));
        commit(&alice, async |tx| tx.accept_proposal(*received).await).await;
        commit(&alice, async |tx| tx.commit_proposals(&group).await).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        assert_eq!(alice.members(&group).await.unwrap()[2].credential, basic("caroline"));
    }

    async fn a_commit_of_an_update_shows_the_credential_before_and_after() {
        let (alice, bob, group, mut carol) = with(Peer::new(basic("carol")), GroupConfig::default()).await;
        let proposed = carol.propose_credential(basic("caroline"));
        for client in [&alice, &bob] {
            let received = proposal(client, &proposed).await;
            commit(client, async |tx| tx.accept_proposal(*received).await).await;
        }
        commit(&alice, async |tx| tx.commit_proposals(&group).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await;
        let staged = staged(&bob, &bytes).await;
        let updated: Vec<_> =
            staged.updated.iter().map(|(before, after)| (before.credential.clone(), after.credential.clone())).collect();
        assert!(updated.contains(&(basic("carol"), basic("caroline"))), "{updated:?}");
    }

    async fn anothers_chain_in_an_update_is_refused() {
        let (alice, bob, group, mut carol) = with(Peer::new(basic("carol")), GroupConfig::default()).await;
        let proposed = carol.propose_credential(x509(&anothers_chain()));
        let error = refusal(&alice, &proposed).await;
        assert!(is_anothers(&error), "{error:?}");
        let text = say(&bob, &group, "as before").await;
        assert_eq!(hear(&alice, &text).await, "as before");
    }

    async fn a_commits_path_shows_the_credential_before_and_after() {
        let (alice, _, group, mut carol) = with(Peer::new(basic("carol")), GroupConfig::default()).await;
        let committed = carol.commit_credential(basic("caroline"));
        let staged = staged(&alice, &committed).await;
        let [(before, after)] = &staged.updated[..] else { panic!("{staged:?}") };
        assert_eq!((&before.credential, &after.credential), (&basic("carol"), &basic("caroline")));
        assert_eq!(alice.members(&group).await.unwrap()[2].credential, basic("carol"));
        commit(&alice, async |tx| tx.accept(*staged).await).await;
        assert_eq!(alice.members(&group).await.unwrap()[2].credential, basic("caroline"));
    }

    async fn anothers_chain_in_a_commits_path_is_refused() {
        let (alice, bob, group, mut carol) = with(Peer::new(basic("carol")), GroupConfig::default()).await;
        let committed = carol.commit_credential(x509(&anothers_chain()));
        let error = refusal(&alice, &committed).await;
        assert!(is_anothers(&error), "{error:?}");
        let text = say(&bob, &group, "as before").await;
        assert_eq!(hear(&alice, &text).await, "as before");
    }

    async fn an_external_commit_under_a_members_name_is_shown_as_somebody_new() {
        let open = GroupConfig::default().external_joins(true);
        let (alice, _, _, _, group) = pair(open.clone()).await;
        let (impostor, impostors) = common::client("bob").await;
        let info = commit(&alice, async |tx| tx.group_info(&group).await).await;
        let options = JoinOptions::default().config(open);
        let joined = commit(&impostor, async |tx| tx.join_by_external_commit(&info, &impostors, options).await).await;
        assert_eq!(joined.members.len(), 3);
        let bytes = outgoing(&impostor, OutgoingKind::Commit).await;
        let staged = staged(&alice, &bytes).await;
        let Sender::NewMember(leaf) = &staged.sender else { panic!("{staged:?}") };
        assert_eq!((&leaf.credential, leaf.signature_key.as_slice()), (&basic("bob"), impostors.signature_key()));
        drop(staged);
        assert_eq!(alice.members(&group).await.unwrap().len(), 2);
    }

    async fn an_external_join_into_a_group_with_anothers_chain_is_refused() {
        let (bob, bobs) = common::client("bob").await;
        let mut mallory = Peer::new(x509(&anothers_chain()));
        mallory.create(Extensions::default());
        let info = mallory.with(|group, provider, signer| {
            bytes(&group.export_group_info(provider.crypto(), signer, true).unwrap())
        });
        let refused = bob.transaction(async |tx| {
            tx.join_by_external_commit(&info, &bobs, JoinOptions::default()).await
        }).await;
        assert!(matches!(refused, Err(Error::Credential(CredentialError::Certificate(_)))), "{refused:?}");
        assert_eq!((bob.groups().await.unwrap(), bob.outgoing().await.unwrap()), (vec![], vec![]));
    }

    async fn new_external_senders_are_shown_before_they_count() {
        let (alice, bob, group, mut carol) = with(Peer::new(basic("carol")), GroupConfig::default()).await;
        let server = Peer::new(basic("server"));
        let extensions = context(external_senders(&[&server]));
        let (proposed, committed) = carol.with(|group, provider, signer| {
            let (proposed, _) = group.propose_group_context_extensions(provider, extensions.clone(), signer).unwrap();
            group.clear_pending_proposals(provider.storage()).unwrap();
            let (committed, _, _) = group.update_group_context_extensions(provider, extensions, signer).unwrap();
            (bytes(&proposed), bytes(&committed))
        });
        let received = proposal(&alice, &proposed).await;
        assert_eq!(received.change, Change::ContextExtensions { external_senders: vec![shown(&server)] });
        let staged = staged(&alice, &committed).await;
        assert_eq!(staged.external_senders, Some(vec![shown(&server)]));
        drop(staged);
        let text = say(&bob, &group, "as before").await;
        assert_eq!(hear(&alice, &text).await, "as before");
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let quiet = outgoing(&alice, OutgoingKind::Commit).await;
        assert_eq!(crate::group::staged(&bob, &quiet).await.external_senders, None);
    }

    async fn an_external_sender_with_anothers_chain_is_refused() {
        let (alice, _, _, mut carol) = with(Peer::new(basic("carol")), GroupConfig::default()).await;
        let extensions = context(external_senders(&[&Peer::new(x509(&anothers_chain()))]));
        let committed = carol.with(|group, provider, signer| {
            bytes(&group.update_group_context_extensions(provider, extensions, signer).unwrap().0)
        });
        let error = refusal(&alice, &committed).await;
        assert!(is_anothers(&error), "{error:?}");
    }

    async fn a_proposal_from_outside_is_shown_as_such() {
        let (server, stranger) = (Peer::new(basic("server")), Peer::new(basic("stranger")));
        let config = GroupConfig::default().context_extension(external_senders(&[&stranger, &server]));
        let (alice, _, bob, _, group) = pair(config).await;
        let dave = Peer::new(basic("dave")).keypackage();
        let epoch = alice.epoch(&group).await.unwrap().into();
        let add = |signer: &Peer, index| {
            let index = SenderExtensionIndex::new(index);
            let message = ExternalProposal::new_add::<OpenMlsRustCrypto>(dave.clone(), group.clone(), epoch, &signer.signer, index);
            bytes(&message.unwrap())
        };
        let received = proposal(&alice, &add(&server, 1)).await;
        assert_eq!(received.sender, Sender::External(shown(&server)));
        assert!(matches!(&received.change, Change::Add(leaf) if leaf.credential == basic("dave")));
        assert_eq!(alice.members(&group).await.unwrap().len(), 2);
        // Nobody else's signature does, and no place that is not in the list.
        for bad in [add(&server, 0), add(&server, 2)] {
            let error = refusal(&alice, &bad).await;
            assert!(matches!(error, MessageError::Rejected(_)), "{error:?}");
        }
        let removal = ExternalProposal::new_remove::<OpenMlsRustCrypto>(LeafNodeIndex::new(1), group.clone(), epoch, &server.signer, SenderExtensionIndex::new(1));
        let received = proposal(&alice, &bytes(&removal.unwrap())).await;
        assert!(matches!(&received.change, Change::Remove(member) if member.credential == basic("bob")));
        let text = say(&bob, &group, "as before").await;
        assert_eq!(hear(&alice, &text).await, "as before");
    }

    async fn a_commit_by_a_member_whose_certificate_has_expired_is_accepted() {
        let year = Duration::from_hours(365 * 24);
        let past = (SystemTime::now() - 2 * year, SystemTime::now() - year);
        let chain = ChainBuilder::new(KeyKind::Ed25519, "carol").leaf_validity(past.0, past.1).build().unwrap();
        let (alice, bob, group, mut carol) = with(Peer::certified(&chain), GroupConfig::default()).await;
        let committed = carol.commit();
        for client in [&alice, &bob] {
            let staged = staged(client, &committed).await;
            commit(client, async |tx| tx.accept(*staged).await).await;
        }
        let text = say(&alice, &group, "on we go").await;
        assert_eq!(hear(&bob, &text).await, "on we go");
    }
}
