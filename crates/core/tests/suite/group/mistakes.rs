//! What a member does on purpose, or an app by mistake, leaves the group usable.

use std::time::Duration;

use mlskit::{
    Client, ClientOptions, Error, GroupError, Keypackage, KeypackageError, KeypackageExt, KeypackagePolicy,
    MessageError, MisplacedMessage, RejectedKeypackage,
    group::{GroupConfig, JoinOptions, OutgoingKind, Received, group_of},
    openmls::prelude::{
        Extension, Extensions, GroupId, KeyPackageIn, Lifetime, OpenMlsProvider as _, ProtocolVersion, UnknownExtension,
    },
};
use mlskit_testkit::forge::{self, Forge};
use tls_codec::Deserialize as _;

use super::{
    add, commit, deliver, hear, keypackage, outgoing, pair,
    peer::{Peer, basic, bytes},
    process, proposal, say, staged,
};
use crate::common;

/// What OpenMLS takes for good.
fn forged(forge: &Forge) -> Keypackage {
    let package = KeyPackageIn::tls_deserialize_exact(forge.bytes()).unwrap();
    package.validate(Peer::new(basic("anybody")).provider.crypto(), ProtocolVersion::Mls10).unwrap()
}

/// Alice in a group with Carol, who sends what no commit can carry; Alice accepts it.
async fn poisoned(bad: impl FnOnce(&mut Peer) -> Vec<u8>) -> (Client, GroupId, Peer) {
    let lenient = ClientOptions::default().min_remaining_lifetime(Duration::ZERO);
    let (alice, alices) = common::client_with("alice", lenient).await;
    let group = commit(&alice, async |tx| tx.create_group(&alices, GroupConfig::default()).await).await;
    let mut carol = Peer::new(basic("carol"));
    let (_, welcome) = add(&alice, &group, &carol.keypackage()).await;
    carol.join(&welcome);
    let received = proposal(&alice, &bad(&mut carol)).await;
    commit(&alice, async |tx| tx.accept_proposal(*received).await).await;
    (alice, group, carol)
}

async fn is_stuck_until_the_proposals_are_dropped(alice: Client, group: GroupId, mut carol: Peer) {
    let carols = alice.members(&group).await.unwrap()[1].id.clone();
    let tx = alice.new_transaction().await.unwrap();
    for refused in [tx.commit_proposals(&group).await, tx.update_keys(&group, None).await] {
        assert!(matches!(refused, Err(Error::Group(GroupError::Refused { .. }))), "{refused:?}");
    }
    let refused = tx.encrypt_message(&group, b"text", b"").await.unwrap_err();
    assert_eq!(refused, Error::Group(GroupError::ProposalsPending));
    tx.finish().await.unwrap();

    commit(&alice, async |tx| tx.drop_proposals(&group).await).await;
    let text = say(&alice, &group, "text").await;
    carol.with(|group, provider, _| {
        group.clear_pending_proposals(provider.storage()).unwrap();
        let message = mlskit::openmls::prelude::MlsMessageIn::tls_deserialize_exact(&text).unwrap();
        group.process_message(provider, message.try_into_protocol_message().unwrap()).unwrap();
    });
    commit(&alice, async |tx| tx.remove_members(&group, &[carols]).await).await;
    deliver(&alice, &group, &[]).await;
    assert_eq!(alice.members(&group).await.unwrap().len(), 1);
}

scenarios! {
    /// One proposal stopped all commits and all messages of whoever had accepted it, over restarts, and there was no
    /// call to be rid of it.
    async fn a_proposal_that_no_commit_can_carry_can_be_dropped() {
        let (alice, group, carol) = poisoned(|carol| {
            let unknown = Extension::Unknown(0xf2ee, UnknownExtension(Vec::new()));
            let extensions = Extensions::single(unknown).unwrap();
            carol.with(|group, provider, signer| {
                bytes(&group.propose_group_context_extensions(provider, extensions, signer).unwrap().0)
            })
        }).await;
        is_stuck_until_the_proposals_are_dropped(alice, group, carol).await;
    }

    /// A peer who sends such a one must not keep all others from adding this client.
    async fn a_proposal_that_no_commit_can_carry_does_not_stop_the_key_packages() {
        let (alice, group, _carol) = poisoned(|carol| {
            let unknown = Extension::Unknown(0xf2ee, UnknownExtension(Vec::new()));
            let extensions = Extensions::single(unknown).unwrap();
            carol.with(|group, provider, signer| {
                bytes(&group.propose_group_context_extensions(provider, extensions, signer).unwrap().0)
            })
        }).await;
        let old = alice.credentials().await.unwrap()[0].clone();
        let new = crate::lifecycle::add_credential(&alice).await;
        let policy = KeypackagePolicy::default().target(1).last_resort(false);
        let left = commit(&alice, async |tx| tx.replace_credential(&old, &new, &policy).await).await;
        assert_eq!(left.groups, std::slice::from_ref(&group));
        assert_eq!(alice.maintain_keypackages(&new, &policy).await.unwrap().publish.len(), 1);

        commit(&alice, async |tx| tx.drop_proposals(&group).await).await;
        alice.maintain_keypackages(&new, &policy).await.unwrap();
        deliver(&alice, &group, &[]).await;
        assert_eq!(alice.members(&group).await.unwrap()[0].id.signature_key(), new.signature_key());
    }

    async fn a_proposal_whose_package_expires_before_it_is_committed_can_be_dropped() {
        let until = forge::now() + 2;
        let dave = Peer::new(basic("dave")).keypackage_until(Lifetime::init(until - 60, until));
        let (alice, group, carol) = poisoned(|carol| {
            carol.with(|group, provider, signer| bytes(&group.propose_add_member(provider, signer, &dave).unwrap().0))
        }).await;
        while forge::now() <= until {
            smol::Timer::after(Duration::from_millis(100)).await;
        }
        is_stuck_until_the_proposals_are_dropped(alice, group, carol).await;
    }

    /// Plain OpenMLS takes it, and it could be added with a lifetime of for ever.
    async fn a_package_that_an_import_would_refuse_is_neither_added_nor_accepted_in_a_proposal() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let for_ever = Peer::new(basic("dave")).keypackage_until(Lifetime::init(0, u64::MAX));
        let limit = Duration::from_hours(100 * 24 + 1);
        let too_long = RejectedKeypackage::LifetimeTooLong { found: Duration::from_secs(u64::MAX), limit };
        let unusable = RejectedKeypackage::UnusableKey {
            field: "init_key",
            ciphersuite: 1,
            reason: "it is a point of low order, with which all agree on the same secret",
        };
        for (package, reason) in
            [(for_ever, too_long), (forged(&Forge { init_key: vec![0; 32], ..Forge::default() }), unusable)]
        {
            let expected = Error::Keypackage(KeypackageError::Rejected(reason));
            let refused = alice.transaction(async |tx| tx.add_members(&group, std::slice::from_ref(&package)).await).await;
            assert_eq!(refused, Err(expected.clone()));
            let mut carol = Peer::new(basic("carol"));
            let (added, welcome) = add(&alice, &group, &carol.keypackage()).await;
            carol.join(&welcome);
            let added = staged(&bob, &added).await;
            commit(&bob, async |tx| tx.accept(*added).await).await;
            let bytes = carol.with(|group, provider, signer| {
                bytes(&group.propose_add_member(provider, signer, &package).unwrap().0)
            });
            let received = proposal(&bob, &bytes).await;
            let refused = bob.transaction(async |tx| tx.accept_proposal(*received).await).await;
            assert_eq!(refused, Err(expected));
            assert!(!say(&bob, &group, "nothing waits").await.is_empty());
        }
    }

    async fn proposals_of_a_pending_commit_and_ones_own_leave_are_not_dropped() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        commit(&bob, async |tx| tx.leave_group(&group).await).await;
        let refused = bob.transaction(async |tx| tx.drop_proposals(&group).await).await;
        assert_eq!(refused, Err(Error::Group(GroupError::Leaving)));
        let leave = outgoing(&bob, OutgoingKind::Leave).await;
        let received = proposal(&alice, &leave).await;
        commit(&alice, async |tx| tx.accept_proposal(*received).await).await;
        commit(&alice, async |tx| tx.commit_proposals(&group).await).await;
        let refused = alice.transaction(async |tx| tx.drop_proposals(&group).await).await;
        assert_eq!(refused, Err(Error::Group(GroupError::CommitPending)));
        deliver(&alice, &group, &[&bob]).await;
        assert_eq!(alice.members(&group).await.unwrap().len(), 1);
    }

    /// Only a member who goes round the checks of `import_keypackage` can add one. What its leaf's neighbour has encrypted
    /// covers it for the others, until they remove that neighbour.
    async fn a_member_with_a_leaf_key_of_low_order_stops_those_commits_that_encrypt_to_it() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let mut carol = Peer::new(basic("carol"));
        let (added, welcome) = add(&alice, &group, &carol.keypackage()).await;
        let bobs = staged(&bob, &added).await;
        commit(&bob, async |tx| tx.accept(*bobs).await).await;
        carol.join(&welcome);
        let (added, _) = carol.add(&[forged(&Forge { encryption_key: vec![0; 32], ..Forge::default() })]);
        let alices = staged(&alice, &added).await;
        commit(&alice, async |tx| tx.accept(*alices).await).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        commit(&alice, async |tx| tx.commit_rejected(&group).await).await;
        let ids: Vec<_> = alice.members(&group).await.unwrap().into_iter().map(|member| member.id).collect();
        let refused = alice.transaction(async |tx| tx.remove_members(&group, &ids[2..3]).await).await;
        assert!(matches!(refused, Err(Error::Group(GroupError::Refused { .. }))), "{refused:?}");
        commit(&alice, async |tx| tx.remove_members(&group, &ids[2..]).await).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        assert_eq!(alice.members(&group).await.unwrap().len(), 2);
    }

    /// It was taken, and the other client could never speak again.
    async fn what_another_client_has_processed_is_not_accepted() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let (carol, carols) = common::client("carol").await;
        let package = keypackage(&carol, &carols).await;
        let (added, welcome) = add(&alice, &group, &package).await;
        let bobs = staged(&bob, &added).await;
        commit(&bob, async |tx| tx.accept(*bobs).await).await;
        commit(&carol, async |tx| tx.join_group(&welcome, JoinOptions::default()).await).await;
        commit(&alice, async |tx| tx.update_keys(&group, None).await).await;
        let bytes = outgoing(&alice, OutgoingKind::Commit).await;
        commit(&alice, async |tx| tx.commit_accepted(&group).await).await;
        let bobs = staged(&bob, &bytes).await;
        let refused = carol.transaction(async |tx| tx.accept(*bobs).await).await;
        assert_eq!(refused, Err(Error::Group(GroupError::ForeignCommit)));
        let carols = staged(&carol, &bytes).await;
        commit(&carol, async |tx| tx.accept(*carols).await).await;
        let text = say(&carol, &group, "still here").await;
        assert_eq!(hear(&alice, &text).await, "still here");
    }

    async fn a_message_tells_its_group_before_and_after_it_is_processed() {
        let (alice, alices, bob, _, group) = pair(GroupConfig::default()).await;
        let other = commit(&alice, async |tx| tx.create_group(&alices, GroupConfig::default()).await).await;
        for (group, client) in [(&group, &bob), (&other, &alice)] {
            let text = say(&alice, group, "text").await;
            assert_eq!(group_of(&text).unwrap(), *group);
            match process(client, &text).await.unwrap() {
                Received::Application { group_id, .. } => assert_eq!(group_id, *group),
                own => assert!(matches!(own, Received::OwnMessage), "{own:?}"),
            }
        }
        let package = keypackage(&alice, &alices).await.to_mls_message().unwrap();
        assert_eq!(group_of(&package), Err(MessageError::Misplaced(MisplacedMessage::Keypackage)));
        assert!(matches!(group_of(b"noise"), Err(MessageError::Malformed { .. })));
    }

    async fn a_message_that_is_logged_shows_its_length_and_not_what_is_said() {
        let (alice, _, bob, _, group) = pair(GroupConfig::default()).await;
        let text = say(&alice, &group, "hush").await;
        let shown = format!("{:?}", process(&bob, &text).await.unwrap());
        let bytes = format!("{:?}", b"hush");
        assert!(shown.contains("plaintext: 4 bytes") && !shown.contains(&bytes[1..bytes.len() - 1]), "{shown}");
    }
}
