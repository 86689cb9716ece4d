//! Groups, from both ends.

use mlskit_ffi::{
    Change, EpochChange, Extension, ExternalSender, GroupConfig, GroupFailure, GroupId, JoinOptions, Keypackage,
    KeypackageFailure, Member, MessageFailure, MlsError, OutgoingKind, PlainMessage, Received, Sender, SignatureKey,
    live_objects,
};

use super::*;

/// Alice's group with Bob in it.
struct Pair {
    alice: Arc<Client>,
    alice_ref: CredentialRef,
    bob: Arc<Client>,
    bob_ref: CredentialRef,
    group_id: GroupId,
}

impl Pair {
    async fn new(config: GroupConfig) -> Self {
        let (alice, alice_ref) = with_credential("alice").await;
        let (bob, bob_ref) = with_credential("bob").await;
        let offer = offer(&bob, &bob_ref).await;
        let tx = begin(&alice).await;
        let group_id = tx.create_group(alice_ref.clone(), config.clone()).await.unwrap();
        tx.add_members(group_id.clone(), vec![offer.bytes.clone()]).await.unwrap();
        let change = tx.commit_accepted(group_id.clone()).await.unwrap();
        assert_eq!(change, EpochChange { epoch: 1, superseded: None, self_removed: false });
        tx.finish().await.unwrap();

        let [welcome] = alice.outgoing().await.unwrap().try_into().unwrap();
        assert_eq!((welcome.kind, &welcome.group_id), (OutgoingKind::Welcome, &group_id));
        assert_eq!(welcome.recipients, std::slice::from_ref(&offer.credential));
        let named = bob.welcome_refs(welcome.bytes.clone()).await.unwrap();
        assert_eq!(named, std::slice::from_ref(&offer.keypackage_ref));
        let tx = begin(&bob).await;
        let options = JoinOptions { config: Some(config), ..JoinOptions::default() };
        let joined = tx.join_group(welcome.bytes, options).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!((&joined.id, joined.epoch, joined.members.len()), (&group_id, 1, 2));
        assert_eq!(joined.keypackage_ref, Some(offer.keypackage_ref));
        assert_eq!(joined.added_by.unwrap().credential, alice_ref.credential);

        let tx = begin(&alice).await;
        tx.mark_sent(vec![welcome.id]).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(alice.outgoing().await.unwrap(), []);
        Self { alice, alice_ref, bob, bob_ref, group_id }
    }

    fn group_id(&self) -> GroupId {
        self.group_id.clone()
    }

    /// The commit or leave that waits in the outbox.
    async fn outgoing(client: &Client) -> Vec<u8> {
        client.outgoing().await.unwrap().pop().unwrap().bytes
    }
}

async fn offer(client: &Client, credential_ref: &CredentialRef) -> Keypackage {
    let tx = begin(client).await;
    let made = tx.generate_keypackage(credential_ref.clone(), None).await.unwrap();
    tx.finish().await.unwrap();
    made
}

#[test]
fn a_message_opens_once_its_transaction_is_committed() {
    let _alone = Alone::new();
    smol::block_on(async {
        let pair = Pair::new(GroupConfig::default()).await;
        let tx = begin(&pair.alice).await;
        let hello = PlainMessage { plaintext: b"hello".to_vec().into(), aad: b"in clear".to_vec() };
        let sealed = tx.encrypt_messages(pair.group_id(), vec![hello]).await.unwrap();
        let early = sealed.open().unwrap_err();
        assert!(matches!(early, MlsError::Group { reason: GroupFailure::NotCommitted, .. }), "{early}");
        tx.finish().await.unwrap();
        let [bytes] = sealed.open().unwrap().try_into().unwrap();
        drop(sealed);

        let tx = begin(&pair.bob).await;
        assert_eq!(mlskit_ffi::group_of(bytes.clone()).unwrap(), pair.group_id());
        let received = tx.process_message(bytes.clone()).await.unwrap();
        let printed = format!("{received:?}");
        assert!(!printed.contains("104, 101"), "{printed}");
        let Received::Application { group_id, sender, plaintext, aad, epoch } = received else {
            panic!("it is a message")
        };
        assert_eq!(group_id, pair.group_id());
        assert_eq!((sender.credential, sender.is_self), (pair.alice_ref.credential.clone(), false));
        assert_eq!((plaintext, aad, epoch), (b"hello".to_vec().into(), b"in clear".to_vec(), 1));
        let again = tx.process_message(bytes).await.unwrap_err();
        assert!(matches!(again, MlsError::Message { reason: MessageFailure::Duplicate, .. }), "{again}");
        tx.finish().await.unwrap();
        shut_down([pair.alice, pair.bob]).await;
    });
}

#[test]
fn many_messages_are_encrypted_at_once_and_open_together_in_their_order() {
    let _alone = Alone::new();
    smol::block_on(async {
        let pair = Pair::new(GroupConfig::default()).await;
        let message = |number: u8| PlainMessage { plaintext: vec![number; 1024].into(), aad: vec![number] };
        let tx = begin(&pair.alice).await;
        let sealed = tx.encrypt_messages(pair.group_id(), (0..100).map(message).collect()).await.unwrap();
        let early = sealed.open().unwrap_err();
        assert!(matches!(early, MlsError::Group { reason: GroupFailure::NotCommitted, .. }), "{early}");
        tx.finish().await.unwrap();

        let tx = begin(&pair.bob).await;
        for (number, bytes) in (0..).zip(sealed.open().unwrap()) {
            let Received::Application { plaintext, aad, .. } = tx.process_message(bytes).await.unwrap() else {
                panic!("it is a message");
            };
            assert_eq!(PlainMessage { plaintext, aad }, message(number));
        }
        tx.finish().await.unwrap();
        shut_down([pair.alice, pair.bob]).await;
    });
}

#[test]
fn a_commit_is_accepted_once_and_in_its_own_transaction() {
    let _alone = Alone::new();
    smol::block_on(async {
        let pair = Pair::new(GroupConfig::default()).await;
        let tx = begin(&pair.alice).await;
        tx.update_keys(pair.group_id(), None).await.unwrap();
        tx.finish().await.unwrap();
        let commit = Pair::outgoing(&pair.alice).await;

        let tx = begin(&pair.bob).await;
        let Received::Commit { commit: staged, contents } = tx.process_message(commit.clone()).await.unwrap() else {
            panic!("it is a commit");
        };
        assert_eq!(live_objects().staged_commits, 1);
        let [update] = contents.updated.try_into().unwrap();
        assert_eq!(contents.sender, Sender::FromMember { member: update.before.clone() });
        assert_eq!(update.after.credential, pair.alice_ref.credential);
        tx.abort().await.unwrap();
        // What it held went with its transaction; the object itself is the other language's to free.
        let tx = begin(&pair.bob).await;
        let spent = tx.accept(staged).await.unwrap_err();
        assert!(matches!(spent, MlsError::Spent { .. }), "{spent}");

        let Received::Commit { commit: staged, .. } = tx.process_message(commit.clone()).await.unwrap() else {
            panic!("it is a commit");
        };
        assert_eq!(tx.accept(Arc::clone(&staged)).await.unwrap().epoch, 2);
        assert!(matches!(tx.accept(staged).await, Err(MlsError::Spent { .. })));
        tx.finish().await.unwrap();

        let tx = begin(&pair.alice).await;
        assert!(matches!(tx.process_message(commit).await.unwrap(), Received::OwnCommit));
        tx.commit_accepted(pair.group_id()).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(pair.alice.epoch(pair.group_id()).await.unwrap(), 2);
        shut_down([pair.alice, pair.bob]).await;
    });
}

#[test]
fn a_member_that_leaves_is_gone_when_another_has_committed_it() {
    let _alone = Alone::new();
    smol::block_on(async {
        let pair = Pair::new(GroupConfig::default()).await;
        let tx = begin(&pair.bob).await;
        tx.leave_group(pair.group_id()).await.unwrap();
        tx.finish().await.unwrap();
        let leave = Pair::outgoing(&pair.bob).await;

        let tx = begin(&pair.alice).await;
        for _ in 0..2 {
            tx.drop_proposals(pair.group_id()).await.unwrap();
        }
        let Received::Proposal { proposal, contents } = tx.process_message(leave).await.unwrap() else {
            panic!("it is a proposal");
        };
        let Change::Remove { member } = contents.change else { panic!("Bob goes") };
        assert_eq!(contents.sender, Sender::FromMember { member: member.clone() });
        assert_eq!(member.credential, pair.bob_ref.credential);
        tx.accept_proposal(Arc::clone(&proposal)).await.unwrap();
        assert!(matches!(tx.accept_proposal(proposal).await, Err(MlsError::Spent { .. })));
        tx.commit_proposals(pair.group_id()).await.unwrap();
        tx.finish().await.unwrap();
        let commit = Pair::outgoing(&pair.alice).await;

        let tx = begin(&pair.bob).await;
        let Received::Commit { commit, contents } = tx.process_message(commit).await.unwrap() else {
            panic!("it is a commit");
        };
        assert!(contents.self_removed);
        let itself = Member { is_self: true, ..member };
        assert_eq!(contents.removed, [itself]);
        let change = tx.accept(commit).await.unwrap();
        assert_eq!((change.self_removed, change.superseded), (true, None));
        tx.delete_group(pair.group_id()).await.unwrap();
        tx.finish().await.unwrap();
        assert_eq!(pair.bob.groups().await.unwrap(), []);
        shut_down([pair.alice, pair.bob]).await;
    });
}

/// The id of a member and the packages that were overtaken are handed back as they came.
#[test]
fn what_another_commit_overtook_can_be_done_again() {
    let _alone = Alone::new();
    smol::block_on(async {
        let pair = Pair::new(GroupConfig::default()).await;
        let (carol, carol_ref) = with_credential("carol").await;
        let offer = offer(&carol, &carol_ref).await;
        let tx = begin(&pair.alice).await;
        tx.add_members(pair.group_id(), vec![offer.bytes.clone()]).await.unwrap();
        tx.finish().await.unwrap();
        let tx = begin(&pair.bob).await;
        tx.update_keys(pair.group_id(), Some(pair.bob_ref.clone())).await.unwrap();
        tx.finish().await.unwrap();
        let commit = Pair::outgoing(&pair.bob).await;

        let tx = begin(&pair.alice).await;
        let Received::Commit { commit, .. } = tx.process_message(commit).await.unwrap() else { panic!("a commit") };
        let superseded = tx.accept(commit).await.unwrap().superseded.unwrap();
        assert_eq!((&superseded.added, superseded.left), (&vec![offer], false));
        let again = superseded.added.into_iter().map(|keypackage| keypackage.bytes).collect();
        tx.add_members(pair.group_id(), again).await.unwrap();
        assert!(!tx.commit_rejected(pair.group_id()).await.unwrap());
        let members = tx.members(pair.group_id()).await.unwrap();
        let bob = members.into_iter().find(|member| !member.is_self).unwrap();
        tx.remove_members(pair.group_id(), vec![bob.id]).await.unwrap();
        tx.commit_accepted(pair.group_id()).await.unwrap();
        assert_eq!(tx.members(pair.group_id()).await.unwrap().len(), 1);
        assert_eq!(tx.epoch(pair.group_id()).await.unwrap(), 3);
        tx.finish().await.unwrap();
        shut_down([pair.alice, pair.bob, carol]).await;
    });
}

#[test]
fn a_group_is_run_as_it_is_configured() {
    let _alone = Alone::new();
    smol::block_on(async {
        let outsider = ExternalSender {
            credential: mlskit_ffi::CredentialInfo::Basic { identity: b"server".to_vec() },
            signature_key: SignatureKey(vec![7; 32]),
        };
        let config = GroupConfig {
            ratchet_tree_in_welcome: Some(false),
            external_joins: Some(true),
            context_extensions: vec![
                Extension::ExternalSenders { senders: vec![outsider.clone()] },
                Extension::RequiredCapabilities { extensions: vec![], proposals: vec![], credentials: vec![1] },
            ],
            ..GroupConfig::default()
        };
        let (alice, alice_ref) = with_credential("alice").await;
        let (bob, bob_ref) = with_credential("bob").await;
        let tx = begin(&alice).await;
        let group_id = tx.create_group(alice_ref.clone(), config.clone()).await.unwrap();
        let bob_offer = offer(&bob, &bob_ref).await;
        tx.add_members(group_id.clone(), vec![bob_offer.bytes]).await.unwrap();
        tx.commit_accepted(group_id.clone()).await.unwrap();
        let secret = tx.export_secret(group_id.clone(), "label".into(), b"context".to_vec(), 16).await.unwrap();
        tx.finish().await.unwrap();
        let welcome = Pair::outgoing(&alice).await;

        let tx = begin(&bob).await;
        let options = JoinOptions { config: Some(config.clone()), ..JoinOptions::default() };
        let missing = tx.join_group(welcome.clone(), options.clone()).await.unwrap_err();
        assert!(matches!(missing, MlsError::Group { reason: GroupFailure::RatchetTreeMissing, .. }), "{missing}");
        let tree = alice.ratchet_tree(group_id.clone()).await.unwrap();
        let options = JoinOptions { ratchet_tree: Some(tree), ..options };
        let joined = tx.join_group(welcome, options).await.unwrap();
        assert_eq!(joined.external_senders, [outsider]);
        let same = tx.export_secret(group_id.clone(), "label".into(), b"context".to_vec(), 16).await.unwrap();
        assert_eq!(same, secret);
        tx.finish().await.unwrap();
        assert_eq!(bob.members(group_id.clone()).await.unwrap().len(), 2);
        assert_eq!(bob.groups_due_for_update(0).await.unwrap(), std::slice::from_ref(&group_id));

        let tx = begin(&alice).await;
        let group_info = tx.group_info(group_id.clone()).await.unwrap();
        tx.finish().await.unwrap();
        let (carol, carol_ref) = with_credential("carol").await;
        let tx = begin(&carol).await;
        let options = JoinOptions { config: Some(config), ..JoinOptions::default() };
        tx.join_by_external_commit(group_info, carol_ref.clone(), options).await.unwrap();
        tx.finish().await.unwrap();
        let commit = Pair::outgoing(&carol).await;
        let tx = begin(&alice).await;
        let Received::Commit { contents, .. } = tx.process_message(commit).await.unwrap() else { panic!("a commit") };
        let Sender::FromNewMember { leaf } = contents.sender else { panic!("Carol comes in by herself") };
        assert_eq!(leaf.credential, carol_ref.credential);
        tx.abort().await.unwrap();
        let tx = begin(&carol).await;
        assert!(tx.commit_rejected(group_id).await.unwrap());
        tx.finish().await.unwrap();
        shut_down([alice, bob, carol]).await;
    });
}

#[test]
fn packages_are_checked_when_they_are_added() {
    let _alone = Alone::new();
    smol::block_on(async {
        let (alice, alice_ref) = with_credential("alice").await;
        let mut bytes = offer(&alice, &alice_ref).await.bytes;
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
        let tx = begin(&alice).await;
        let group_id = tx.create_group(alice_ref, GroupConfig::default()).await.unwrap();
        let refused = tx.add_members(group_id, vec![bytes]).await.unwrap_err();
        let is_rejected = matches!(&refused, MlsError::Keypackage { reason: KeypackageFailure::Rejected { .. }, .. });
        assert!(is_rejected, "{refused}");
        tx.abort().await.unwrap();
        shut_down([alice]).await;
    });
}
