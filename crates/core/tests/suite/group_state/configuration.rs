//! What a group can be configured to be.

use mlskit::{
    Client, CredentialRef, Error, GroupError, KeypackageConfig, Result,
    group::{GroupConfig, JoinOptions},
    openmls::prelude::{
        ApplicationIdExtension, CredentialType, Extension, ExtensionType, GroupId, LastResortExtension, ProposalType,
        RequiredCapabilitiesExtension, UnknownExtension,
    },
};

use super::support::{self, commit, deliver, join, pair, talk};
use crate::common;

const OURS: u16 = 0xf2ee;

fn ours() -> Extension {
    Extension::Unknown(OURS, UnknownExtension(b"for my app".to_vec()))
}

fn required(extensions: &[ExtensionType], proposals: &[ProposalType], credentials: &[CredentialType]) -> Extension {
    Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(extensions, proposals, credentials))
}

async fn create(client: &Client, credential_ref: &CredentialRef, config: GroupConfig) -> Result<GroupId> {
    client.transaction(async |tx| tx.create_group(credential_ref, config).await).await
}

scenarios! {
    async fn an_extension_that_can_not_stand_in_a_context_is_refused() {
        let (alice, alices) = common::client("alice").await;
        let last_resort = Extension::LastResort(LastResortExtension::new());
        let application_id = Extension::ApplicationId(ApplicationIdExtension::new(b"id"));
        let disguised = Extension::Unknown(1, UnknownExtension(vec![]));
        for (extension, found) in [
            (last_resort, ExtensionType::LastResort),
            (application_id, ExtensionType::ApplicationId),
            (disguised, ExtensionType::ApplicationId),
        ] {
            let refused = create(&alice, &alices, GroupConfig::default().context_extension(extension)).await;
            assert_eq!(refused, Err(Error::Group(GroupError::ExtensionMisplaced { found })));
        }
        let twice = GroupConfig::default().context_extension(ours()).context_extension(ours());
        let found = ExtensionType::Unknown(OURS);
        let refused = create(&alice, &alices, twice).await;
        assert_eq!(refused, Err(Error::Group(GroupError::DuplicateExtension { found })));
        assert_eq!(alice.groups().await.unwrap(), []);
    }

    async fn capabilities_that_this_client_lacks_can_not_be_required() {
        let (alice, alices) = common::client("alice").await;
        for requirement in [required(&[], &[ProposalType::Custom(0xf001)], &[]), required(&[], &[], &[CredentialType::Other(7)])] {
            let refused = create(&alice, &alices, GroupConfig::default().context_extension(requirement)).await;
            assert!(matches!(refused, Err(Error::Group(GroupError::CapabilityNotSupported { .. }))), "{refused:?}");
        }
    }

    async fn who_lacks_a_required_extension_is_not_added_and_who_knows_it_joins() {
        let (alice, alices) = common::client("alice").await;
        let (bob, bobs) = common::client("bob").await;
        let extension = ExtensionType::Unknown(OURS);
        let config = GroupConfig::default()
            .context_extension(required(&[extension], &[], &[CredentialType::Basic]))
            .context_extension(ours());
        let group = create(&alice, &alices, config).await.unwrap();
        let ignorant = support::keypackage(&bob, &bobs).await;
        let refused = alice.transaction(async |tx| tx.add_members(&group, &[ignorant]).await).await;
        assert!(matches!(refused, Err(Error::Group(GroupError::Refused { .. }))), "{refused:?}");
        let knows = KeypackageConfig::default().leaf_node_extension(ours());
        let package = commit(&bob, async |tx| tx.generate_keypackage_with(&bobs, &knows).await).await;
        commit(&alice, async |tx| tx.add_members(&group, &[package]).await).await;
        deliver(&alice, &group, &[]).await;
        join(&bob, &alice, GroupConfig::default()).await;
        talk(&bob, &alice, &group, "known").await;
    }

    async fn groups_are_listed_in_the_order_in_which_they_were_made() {
        let (alice, alices) = common::client("alice").await;
        let mut made = Vec::new();
        for _ in 0..8 {
            made.push(create(&alice, &alices, GroupConfig::default()).await.unwrap());
        }
        assert_eq!(alice.groups().await.unwrap(), made);
    }

    async fn numbers_out_of_bounds_are_refused() {
        let (alice, alices) = common::client("alice").await;
        let default = GroupConfig::default;
        let too_large = [
            default().past_epochs(65),
            default().padding((1 << 16) + 1),
            default().late_messages((1 << 10) + 1),
            default().skipped_messages((1 << 16) + 1),
        ];
        for config in too_large {
            let refused = create(&alice, &alices, config.clone()).await;
            assert!(matches!(refused, Err(Error::Group(GroupError::SettingTooLarge { .. }))), "{refused:?}");
            let support::Pair { alice, alices, group, .. } = pair(GroupConfig::default()).await;
            let info = commit(&alice, async |tx| tx.group_info(&group).await).await;
            let options = JoinOptions::default().config(config).replace(true);
            let refused = alice.transaction(async |tx| tx.join_by_external_commit(&info, &alices, options).await).await;
            assert!(matches!(refused, Err(Error::Group(GroupError::SettingTooLarge { .. }))), "{refused:?}");
            assert_eq!(alice.epoch(&group).await.unwrap(), 1, "the old group is still there");
        }
        let largest = default().past_epochs(64).padding(1 << 16).late_messages(1 << 10).skipped_messages(1 << 16);
        create(&alice, &alices, largest).await.unwrap();
    }
}
