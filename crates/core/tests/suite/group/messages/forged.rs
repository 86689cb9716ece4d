//! Commits that a member's library would not make, under its signature and its tag: see [`Peer::forge`].

use mlskit::{
    Client, MessageError, RejectedMessage, RejoinReason,
    openmls::prelude::{GroupId, Lifetime},
};

use tls_codec::{Serialize as _, VLByteSlice};

use super::three;
use crate::group::{
    hear,
    peer::{CUSTOM, Peer, basic},
    refusal, say,
};

/// Where the commit of a member with an empty id and no data of its own begins: group id, epoch, sender, data, type.
const COMMIT: usize = 1 + 16 + 8 + 5 + 1 + 1;
/// RFC 9420 §12.4: a proposal by value.
const BY_VALUE: u8 = 1;

/// Puts a proposal into a commit that has none.
pub(in crate::group) fn with_proposal(content: &mut Vec<u8>, proposal_type: u16, body: &[u8]) {
    assert_eq!(content[COMMIT], 0, "no proposals");
    let [high, low] = proposal_type.to_be_bytes();
    let proposal = [&[BY_VALUE, high, low], body].concat();
    content.splice(COMMIT..=COMMIT, VLByteSlice(&proposal).tls_serialize_detached().unwrap());
}

async fn goes_on(alice: &Client, bob: &Client, group: &GroupId) {
    let text = say(alice, group, "as before").await;
    assert_eq!(hear(bob, &text).await, "as before");
}

scenarios! {
    async fn a_commit_forged_without_a_change_is_taken() {
        let (_, bob, _, mut carol) = three().await;
        let same = carol.forge(|_| {});
        crate::group::staged(&bob, &same).await;
    }

    async fn a_commit_whose_path_can_not_be_decrypted_asks_to_rejoin() {
        let (alice, bob, group, mut carol) = three().await;
        // The content ends with the path secret that is encrypted last.
        let forged = carol.forge(|content| *content.last_mut().unwrap() ^= 1);
        for _ in 0..2 {
            assert_eq!(refusal(&bob, &forged).await, MessageError::Rejoin(RejoinReason::UnreadablePath));
        }
        goes_on(&alice, &bob, &group).await;
    }

    async fn a_commit_with_a_proposal_that_not_all_members_declare_is_rejected() {
        let (alice, bob, group, mut carol) = three().await;
        let forged = carol.forge(|content| with_proposal(content, CUSTOM, &[3, 1, 2, 3]));
        assert_eq!(refusal(&bob, &forged).await, MessageError::Rejected(RejectedMessage::UndeclaredProposal));
        goes_on(&alice, &bob, &group).await;
    }

    async fn a_commit_that_adds_a_package_before_its_time_asks_to_rejoin_and_is_no_duplicate() {
        use mlskit::KeypackageExt;
        let (alice, bob, group, mut carol) = three().await;
        let now = mlskit_testkit::forge::now();
        let early = Peer::new(basic("dave")).keypackage_until(Lifetime::init(now + 3_600, now + 7_200));
        let forged = carol.forge(|content| with_proposal(content, 1, &early.to_bytes().unwrap()));
        for _ in 0..2 {
            assert_eq!(refusal(&bob, &forged).await, MessageError::Rejoin(RejoinReason::LeafNotYetValid));
        }
        goes_on(&alice, &bob, &group).await;
    }
}
