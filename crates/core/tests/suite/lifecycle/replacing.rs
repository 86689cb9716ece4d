//! One credential takes another's place.

use mlskit::{
    CredentialError, CredentialFilter, CredentialRef, CredentialReplacement, Error, GroupError,
    group::{GroupConfig, OutgoingKind},
    openmls::prelude::Ciphersuite,
};

use super::{DAY, Managed, add_credential, few, refs};
use crate::group::{commit, deliver, outgoing};

async fn left_of(alice: &Managed, old: &CredentialRef) -> Option<CredentialReplacement> {
    alice.client.credential_replacement(old).await.unwrap()
}

scenarios! {
    async fn packages_of_a_replaced_credential_are_withdrawn_one_for_one_and_never_leave_none_published() {
        let mut alice = Managed::new(few(2).last_resort(true)).await;
        let old_ref = alice.credential_ref.clone();
        let old = alice.publish_all().await;
        let new_ref = add_credential(&alice.client).await;
        let (client, policy) = (&alice.client, &alice.policy);
        let left = commit(client, async |tx| tx.replace_credential(&old_ref, &new_ref, policy).await).await;
        assert_eq!((left.groups.len(), left.keypackages), (0, 3));
        assert!(!left.is_done());

        alice.credential_ref = new_ref.clone();
        alice.reopen().await;
        let outgoing = alice.maintain().await;
        let new = refs(&outgoing);
        assert_eq!((new.len(), outgoing.withdraw.len()), (3, 0));
        for (index, one) in new.iter().enumerate() {
            alice.published(std::slice::from_ref(one)).await;
            assert_eq!(alice.maintain().await.withdraw.len(), index + 1);
        }
        let withdraw = alice.maintain().await.withdraw;
        assert!(withdraw.iter().all(|one| old.contains(one)));
        alice.withdrawn(&withdraw).await;
        for _ in 0..8 {
            assert!(!left_of(&alice, &old_ref).await.unwrap().is_done());
            alice.clock.advance(DAY);
            alice.maintain().await;
        }
        let left = left_of(&alice, &old_ref).await.unwrap();
        assert!(left.is_done());
        assert_eq!(left.successor, new_ref);
        commit(&alice.client, async |tx| tx.remove_credential(&old_ref).await).await;
        assert_eq!(alice.stored().await, new);
        assert!(alice.maintain().await.withdraw.is_empty());
    }

    async fn whoever_maintains_a_replaced_credential_supplies_the_one_in_force() {
        let alice = Managed::new(few(2)).await;
        let old = alice.publish_all().await;
        let new_ref = add_credential(&alice.client).await;
        commit(&alice.client, async |tx| tx.replace_credential(&alice.credential_ref, &new_ref, &few(0)).await).await;
        let outgoing = alice.maintain().await;
        let new = refs(&outgoing);
        assert_eq!((new.len(), outgoing), (2, alice.client.maintain_keypackages(&new_ref, &alice.policy).await.unwrap()));
        assert_eq!(alice.status().await.pending, 2);
        alice.published(&new).await;
        assert_eq!(alice.maintain().await.withdraw, old);
        for one in &new {
            assert_eq!(alice.package(one).await.leaf_node().signature_key().as_slice(), new_ref.signature_key());
        }
        commit(&alice.client, async |tx| tx.renew_keypackages(&alice.credential_ref).await).await;
        assert_eq!(alice.status().await.stale, 2);
    }

    async fn a_credential_in_force_is_not_one_that_was_replaced() {
        let alice = Managed::new(few(1)).await;
        let (client, old_ref) = (&alice.client, &alice.credential_ref);
        let in_force = async || client.find_credentials(CredentialFilter::default().in_force()).await.unwrap();
        assert_eq!(left_of(&alice, old_ref).await, None);
        assert_eq!(in_force().await, std::slice::from_ref(old_ref));

        let new_ref = add_credential(client).await;
        commit(client, async |tx| tx.replace_credential(old_ref, &new_ref, &alice.policy).await).await;
        assert_eq!(left_of(&alice, &new_ref).await, None);
        assert_eq!(left_of(&alice, old_ref).await.unwrap().successor, new_ref);
        assert_eq!(in_force().await, std::slice::from_ref(&new_ref));
        assert_eq!(client.credentials().await.unwrap(), [old_ref.clone(), new_ref.clone()]);

        let itself = client.transaction(async |tx| tx.replace_credential(old_ref, old_ref, &alice.policy).await).await;
        assert_eq!(itself, Err(Error::Credential(CredentialError::ReplacedByItself)));
        assert_eq!(in_force().await, std::slice::from_ref(&new_ref));
        commit(client, async |tx| tx.replace_credential(&new_ref, old_ref, &alice.policy).await).await;
        assert_eq!(in_force().await, std::slice::from_ref(old_ref));
    }

    async fn groups_are_moved_over_by_commits_in_the_outbox_as_soon_as_they_can_be() {
        let alice = Managed::new(few(1)).await;
        let (client, old_ref) = (&alice.client, &alice.credential_ref);
        let busy = commit(client, async |tx| {
            let busy = tx.create_group(old_ref, GroupConfig::default()).await?;
            tx.update_keys(&busy, None).await?;
            Ok(busy)
        })
        .await;
        let idle = commit(client, async |tx| tx.create_group(old_ref, GroupConfig::default()).await).await;
        let new_ref = add_credential(client).await;
        let replace = async || commit(client, async |tx| tx.replace_credential(old_ref, &new_ref, &alice.policy).await).await;
        assert_eq!(replace().await.groups, [busy.clone(), idle.clone()]);
        assert_eq!(client.outgoing().await.unwrap().len(), 2, "one of them is what was there before");

        commit(client, async |tx| tx.commit_rejected(&idle).await).await;
        commit(client, async |tx| tx.commit_accepted(&busy).await).await;
        assert_eq!(client.outgoing().await.unwrap().len(), 0);
        client.maintain_keypackages(&new_ref, &alice.policy).await.unwrap();
        assert_eq!(client.outgoing().await.unwrap().len(), 2);
        let busy_error = commit(client, async |tx| Ok(tx.remove_credential(old_ref).await)).await.unwrap_err();
        assert!(matches!(busy_error, Error::Credential(CredentialError::CredentialInUse { .. })));
        for group in [&busy, &idle] {
            commit(client, async |tx| tx.commit_accepted(group).await).await;
            assert_eq!(client.members(group).await.unwrap()[0].id.signature_key(), new_ref.signature_key());
        }
        let left = replace().await;
        assert_eq!((left.groups.len(), client.outgoing().await.unwrap().len()), (0, 0));
        assert!(left.is_done(), "it has no packages: {left:?}");
    }

    async fn the_other_members_see_the_new_credential_before_it_counts() {
        let (alice, alices, bob, _, group) = crate::group::pair(GroupConfig::default()).await;
        let new_ref = add_credential(&alice).await;
        commit(&alice, async |tx| tx.replace_credential(&alices, &new_ref, &few(1)).await).await;
        assert!(!outgoing(&alice, OutgoingKind::Commit).await.is_empty());
        deliver(&alice, &group, &[&bob]).await;
        let keys: Vec<_> = bob.members(&group).await.unwrap().into_iter().map(|member| member.id.signature_key().to_vec()).collect();
        assert!(keys.contains(&new_ref.signature_key().to_vec()));
    }

    async fn a_chain_of_replacements_ends_in_the_last_and_can_be_turned_back() {
        let mut alice = Managed::new(few(1)).await;
        let first = alice.credential_ref.clone();
        let of_first = alice.publish_all().await;
        let (second, third) = (add_credential(&alice.client).await, add_credential(&alice.client).await);
        let policy = alice.policy.clone();
        for (old, new) in [(&first, &second), (&second, &third)] {
            commit(&alice.client, async |tx| tx.replace_credential(old, new, &policy).await).await;
        }
        let repeated = commit(&alice.client, async |tx| tx.replace_credential(&first, &second, &policy).await).await;
        assert_eq!(repeated.successor, third, "who repeats a call takes back nothing");
        assert_eq!(left_of(&alice, &second).await.unwrap().successor, third);
        alice.credential_ref = third.clone();
        let of_third = alice.publish_all().await;
        assert!(alice.maintain().await.withdraw.contains(&of_first[0]));
        commit(&alice.client, async |tx| tx.replace_credential(&third, &first, &policy).await).await;
        alice.credential_ref = first;
        assert_eq!(alice.publish_all().await.len(), 1);
        assert!(alice.maintain().await.withdraw.contains(&of_third[0]));
    }

    async fn a_credential_of_another_ciphersuite_can_t_take_the_place() {
        let alice = Managed::new(few(1)).await;
        let p256 = Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256;
        let credential = mlskit::Credential::basic(p256, alice.client.id()).unwrap();
        let other = commit(&alice.client, async |tx| tx.add_credential(credential).await).await;
        let replaced = alice
            .client
            .transaction(async |tx| tx.replace_credential(&alice.credential_ref, &other, &alice.policy).await)
            .await;
        let expected = GroupError::DifferentCiphersuite { expected: crate::common::SUITE, found: p256 };
        assert_eq!(replaced.unwrap_err(), Error::Group(expected));
    }
}
