//! One of each error of the core, and what must be left of it on the other side.

use std::{
    io::ErrorKind,
    time::{Duration, UNIX_EPOCH},
};

use mlskit::{
    CertificateError, CredentialError, ExtensionPlace, GroupError, KeypackageError, MessageError, MisplacedMessage,
    RejectedKeypackage, RejectedMessage, RejoinReason, StorageError, TransactionError,
    group::OutgoingId,
    marmot::MarmotError,
    openmls::prelude::{Ciphersuite, CredentialType, ExtensionType, SignatureScheme},
};

/// An error, and what its fields are printed as once they have crossed.
pub(super) type Sample<E> = (E, &'static [&'static str]);

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256;
const OTHER_SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;

pub(super) fn storage_error() -> Vec<Sample<StorageError>> {
    use StorageError as Core;
    vec![
        (Core::InvalidKeyLength { expected: 1001, found: 1002 }, &["1001", "1002"]),
        (Core::NotAFile { path: "s1003".into() }, &["s1003"]),
        (Core::NotADatabase { path: "s1004".into(), found: "s1005" }, &["s1004", "s1005"]),
        (Core::WrongKeyOrDamaged { path: "s1006".into() }, &["s1006"]),
        (Core::KeyChanged, &[]),
        (Core::NewerSchema { found: 1007, supported: 1008 }, &["1007", "1008"]),
        (Core::UnknownBlobCodec { found: 1009, supported: 1010 }, &["1009", "1010"]),
        (Core::Corrupt, &[]),
        (Core::ReadOnly, &[]),
        (Core::DiskFull, &[]),
        (Core::DatabaseBusy { waited: Duration::from_secs(1011) }, &["1011"]),
        (Core::Closed, &[]),
        (Core::Io { kind: ErrorKind::PermissionDenied, message: "s1013".into() }, &["PermissionDenied", "s1013"]),
        (Core::Codec { reason: "s1014".into() }, &["s1014"]),
        (Core::OutOfRange { what: "s1015", found: 1016, limit: 1017 }, &["s1015", "1016", "1017"]),
        (Core::Sqlite { code: 1018, message: "s1019".into() }, &["1018", "s1019"]),
    ]
}

pub(super) fn transaction_error() -> Vec<Sample<TransactionError>> {
    use TransactionError as Core;
    vec![
        (Core::TransactionFinished, &[]),
        (Core::TransactionUndone, &[]),
        (Core::NestedTransaction, &[]),
        (
            Core::TransactionBusy { waited: Duration::from_secs(1020), open_for: Duration::from_secs(1021) },
            &["1020", "1021"],
        ),
        (Core::OperationPanicked, &[]),
    ]
}

pub(super) fn credential_error() -> Vec<Sample<CredentialError>> {
    use CredentialError as Core;
    vec![
        (Core::DifferentClient { expected: "s1022".into(), found: "s1023".into() }, &["s1022", "s1023"]),
        (Core::EmptyClientId, &[]),
        (Core::DifferentIdentity { expected: "s1024".into(), found: "s1025".into() }, &["s1024", "s1025"]),
        (
            Core::UnsupportedCiphersuite { found: OTHER_SUITE, supported: vec![SUITE, OTHER_SUITE] },
            &["found: 3", "[2, 3]"],
        ),
        (Core::ForeignCredential { expected: "s1028".into(), found: "s1029".into() }, &["s1028", "s1029"]),
        (Core::CredentialNotFound, &[]),
        (Core::CredentialInUse { group_id: vec![30, 35] }, &["[30, 35]"]),
        (Core::ReplacedByItself, &[]),
        (Core::CredentialExists, &[]),
        (Core::Certificate(CertificateError::EmptyChain), &["EmptyChain"]),
        (Core::NotAPrivateKey { reason: "s1031".into() }, &["s1031"]),
        (
            Core::DifferentPrivateKeyAlgorithm {
                expected: SignatureScheme::ED25519,
                found: SignatureScheme::ECDSA_SECP256R1_SHA256,
            },
            &["expected: 2055", "found: 1027"],
        ),
        (Core::NotDecoded { reason: "s1034".into() }, &["s1034"]),
    ]
}

pub(super) fn certificate_error() -> Vec<Sample<CertificateError>> {
    use CertificateError as Core;
    vec![
        (Core::EmptyChain, &[]),
        (Core::NotPem { position: 1035, reason: "s1036".into() }, &["1035", "s1036"]),
        (Core::NotAList { position: 1037, reason: "s1038".into() }, &["1037", "s1038"]),
        (Core::NotACertificate { position: 1039, reason: "s1040".into() }, &["1039", "s1040"]),
        (
            Core::OutOfOrder { position: 1041, issuer: "s1042".into(), next_subject: "s1043".into() },
            &["1041", "s1042", "s1043"],
        ),
        (
            Core::Expired {
                position: 1044,
                not_after: UNIX_EPOCH + Duration::from_secs(1045),
                now: UNIX_EPOCH + Duration::from_secs(1046),
            },
            &["1044", "1045", "1046"],
        ),
        (
            Core::NotYetValid {
                position: 1047,
                not_before: UNIX_EPOCH + Duration::from_secs(1048),
                now: UNIX_EPOCH + Duration::from_secs(1049),
            },
            &["1047", "1048", "1049"],
        ),
        (Core::UnknownKeyAlgorithm { found: "s1050".into() }, &["s1050"]),
        (
            Core::DifferentKeyAlgorithm {
                expected: SignatureScheme::ED25519,
                found: SignatureScheme::ECDSA_SECP256R1_SHA256,
            },
            &["expected: 2055", "found: 1027"],
        ),
        (Core::DifferentKey { certificate: vec![53, 58], signature_key: vec![54, 59] }, &["[53, 58]", "[54, 59]"]),
    ]
}

pub(super) fn keypackage_error() -> Vec<Sample<KeypackageError>> {
    use KeypackageError as Core;
    vec![
        (Core::Rejected(RejectedKeypackage::WrongSignature), &["WrongSignature"]),
        (
            Core::LifetimeTooLong { asked: Duration::from_secs(1055), limit: Duration::from_secs(1056) },
            &["1055", "1056"],
        ),
        (Core::LifetimeTooShort { asked: Duration::from_secs(1057) }, &["1057"]),
        (Core::WindowTooLong { asked: Duration::from_secs(1058), limit: Duration::from_secs(1059) }, &["1058", "1059"]),
        (Core::WindowInverted { not_before: 1060, not_after: 1061 }, &["1060", "1061"]),
        (Core::WindowOver { not_after: 1062, now: 1063 }, &["1062", "1063"]),
        (Core::LifetimeOutOfRange { found: 1064, latest: 1065 }, &["1064", "1065"]),
        (
            Core::ExtensionMisplaced { found: ExtensionType::Unknown(1066), place: ExtensionPlace::LeafNode },
            &["1066", "LeafNode"],
        ),
        (
            Core::DuplicateExtension { found: ExtensionType::Unknown(1068), place: ExtensionPlace::LeafNode },
            &["1068", "LeafNode"],
        ),
        (Core::GreaseExtension { found: 1070 }, &["1070"]),
        (Core::MalformedExtension { place: ExtensionPlace::LeafNode, reason: "s1072".into() }, &["LeafNode", "s1072"]),
        (Core::NoCiphersuites { supported: vec![SUITE, OTHER_SUITE] }, &["[2, 3]"]),
        (Core::UnsupportedCiphersuite { found: 1074, supported: vec![SUITE, OTHER_SUITE] }, &["1074", "[2, 3]"]),
        (
            Core::ExpiresTooSoon { remaining: Duration::from_secs(1076), limit: Duration::from_secs(1077) },
            &["1076", "1077"],
        ),
        (Core::BatchTooLarge { asked: 1078, limit: 1079 }, &["1078", "1079"]),
        (Core::NotBuilt { reason: "s1080".into() }, &["s1080"]),
        (Core::NotEncoded { reason: "s1081".into() }, &["s1081"]),
        (Core::NotDecoded { reason: "s1082".into() }, &["s1082"]),
    ]
}

pub(super) fn rejected_keypackage() -> Vec<Sample<RejectedKeypackage>> {
    use RejectedKeypackage as Core;
    vec![
        (Core::Empty, &[]),
        (Core::Truncated { field: "s1083", missing: 1084 }, &["s1083", "1084"]),
        (Core::TrailingBytes { count: 1085 }, &["1085"]),
        (Core::NotAKeypackage { begins: 1086 }, &["1086"]),
        (Core::Malformed { field: "s1087", reason: "s1088".into() }, &["s1087", "s1088"]),
        (Core::UnknownVersion { found: 1089 }, &["1089"]),
        (Core::UnsupportedCiphersuite { found: 1090, supported: vec![1091] }, &["1090", "[1091]"]),
        (Core::WrongLeafSource { found: 92 }, &["92"]),
        (Core::WrongSignature, &[]),
        (Core::WrongLeafSignature, &[]),
        (Core::Expired { not_after: 1093, now: 1094 }, &["1093", "1094"]),
        (Core::NotYetValid { not_before: 1095, now: 1096 }, &["1095", "1096"]),
        (Core::InvertedLifetime { not_before: 1097, not_after: 1098 }, &["1097", "1098"]),
        (
            Core::LifetimeTooLong { found: Duration::from_secs(1099), limit: Duration::from_secs(1100) },
            &["1099", "1100"],
        ),
        (
            Core::WrongKeyLength { field: "s1101", ciphersuite: 1102, expected: 1103, found: 1104 },
            &["s1101", "1102", "1103", "1104"],
        ),
        (Core::UnusableKey { field: "s1105", ciphersuite: 1106, reason: "s1107" }, &["s1105", "1106", "s1107"]),
        (Core::InitKeyIsEncryptionKey, &[]),
        (Core::RepeatedExtension { field: "s1108", extension_type: 1109 }, &["s1108", "1109"]),
        (Core::ForbiddenExtension { extension_type: 1110 }, &["1110"]),
        (Core::ForbiddenLeafExtension { extension_type: 1111 }, &["1111"]),
        (Core::UndeclaredExtension { extension_type: 1112, declared: vec![1113] }, &["1112", "[1113]"]),
        (Core::UndeclaredLeafExtension { extension_type: 1114, declared: vec![1115] }, &["1114", "[1115]"]),
        (Core::GreaseExtension { extension_type: 1116 }, &["1116"]),
        (Core::UndeclaredCiphersuite { found: 1117, declared: vec![1118] }, &["1117", "[1118]"]),
        (Core::UndeclaredVersion { found: 1119, declared: vec![1120] }, &["1119", "[1120]"]),
        (Core::UndeclaredCredentialType { found: 1121, declared: vec![1122] }, &["1121", "[1122]"]),
        (Core::Certificate(CertificateError::EmptyChain), &["EmptyChain"]),
        (Core::OtherClient { expected: "s1123".into(), found: "s1124".into() }, &["s1123", "s1124"]),
        (Core::NoClientId { credential_type: 1125 }, &["1125"]),
    ]
}

pub(super) fn group_error() -> Vec<Sample<GroupError>> {
    use GroupError as Core;
    vec![
        (Core::UnknownGroup { group_id: vec![126, 131] }, &["[126, 131]"]),
        (Core::AlreadyJoined { group_id: vec![127, 132] }, &["[127, 132]"]),
        (Core::UnknownMember { leaf_index: 1128 }, &["1128"]),
        (Core::CommitPending, &[]),
        (Core::JoinPending, &[]),
        (Core::Leaving, &[]),
        (Core::Removed, &[]),
        (Core::DifferentCiphersuite { expected: SUITE, found: OTHER_SUITE }, &["expected: 2", "found: 3"]),
        (
            Core::CredentialTypeNotSupported { credential_type: CredentialType::Other(1131), leaf_index: 1132 },
            &["1131", "1132"],
        ),
        (Core::ExtensionMisplaced { found: ExtensionType::Unknown(1133) }, &["1133"]),
        (Core::DuplicateExtension { found: ExtensionType::Unknown(1134) }, &["1134"]),
        (Core::CapabilityNotSupported { what: "s1135".into() }, &["s1135"]),
        (Core::SettingTooLarge { setting: "s1136", limit: 1137, found: 1138 }, &["s1136", "1137", "1138"]),
        (Core::NoPendingCommit, &[]),
        (Core::NoProposals, &[]),
        (Core::ProposalsPending, &[]),
        (Core::StaleCommit { epoch: 1139, current: 1140 }, &["1139", "1140"]),
        (Core::ForeignCommit, &[]),
        (Core::NoMatchingKeypackage, &[]),
        (Core::WelcomeReplayed, &[]),
        (Core::BadWelcome { reason: "s1141".into() }, &["s1141"]),
        (Core::RatchetTreeMissing, &[]),
        (Core::NotCommitted, &[]),
        (Core::NotMarkable { id: OutgoingId::from_number(1142), reason: "s1143" }, &["1142", "s1143"]),
        (Core::Refused { reason: "s1144".into() }, &["s1144"]),
        (Core::Bug { reason: "s1145".into() }, &["s1145"]),
    ]
}

pub(super) fn message_error() -> Vec<Sample<MessageError>> {
    use MessageError as Core;
    vec![
        (Core::Duplicate, &[]),
        (Core::TooOld { epoch: 1146, current: 1147 }, &["1146", "1147"]),
        (Core::FutureEpoch { epoch: 1148, current: 1149 }, &["1148", "1149"]),
        (Core::UnknownGroup { group_id: vec![150, 155] }, &["[150, 155]"]),
        (Core::JoinPending, &[]),
        (Core::Misplaced(MisplacedMessage::Welcome), &["Welcome"]),
        (Core::Malformed { reason: "s1151".into() }, &["s1151"]),
        (Core::Rejected(RejectedMessage::TooFarAhead), &["TooFarAhead"]),
        (Core::Rejoin(RejoinReason::ExpiredLeaf), &["ExpiredLeaf"]),
    ]
}

pub(super) fn misplaced_message() -> Vec<Sample<MisplacedMessage>> {
    use MisplacedMessage as Core;
    vec![(Core::Welcome, &[]), (Core::GroupInfo, &[]), (Core::Keypackage, &[])]
}

pub(super) fn rejected_message() -> Vec<Sample<RejectedMessage>> {
    use RejectedMessage as Core;
    vec![
        (Core::ExternalJoin, &[]),
        (Core::Credential(CredentialError::CredentialNotFound), &["CredentialNotFound"]),
        (Core::UnsupportedProposal { proposal_type: 1152 }, &["1152"]),
        (Core::UndeclaredProposal, &[]),
        (Core::NotAuthentic { reason: "s1153".into() }, &["s1153"]),
        (Core::UnknownOwnCommit, &[]),
        (Core::TooFarAhead, &[]),
        (Core::Invalid { reason: "s1154".into() }, &["s1154"]),
    ]
}

pub(super) fn rejoin_reason() -> Vec<Sample<RejoinReason>> {
    use RejoinReason as Core;
    vec![
        (Core::ExpiredLeaf, &[]),
        (Core::LeafNotYetValid, &[]),
        (Core::UndeclaredExtension, &[]),
        (Core::MissingProposal, &[]),
        (Core::OwnCommitLost, &[]),
        (Core::CommitNotAccepted, &[]),
        (Core::UnreadablePath, &[]),
        (Core::UnsupportedProposal { proposal_type: 1155 }, &["1155"]),
    ]
}

/// Without that for other calls' errors.
pub(super) fn marmot_error() -> Vec<Sample<MarmotError>> {
    use MarmotError as Core;
    vec![
        (Core::WrongPublicKeyLength { found: 1156 }, &["1156"]),
        (Core::WrongPublicKeyText { length: 1157 }, &["1157"]),
        (Core::NotBasic { found: 1158 }, &["1158"]),
        (Core::WrongCiphersuite { found: 1159 }, &["1159"]),
        (Core::NotDeclared { missing: 1160 }, &["1160"]),
        (
            Core::LifetimeTooLong { asked: Duration::from_secs(1161), limit: Duration::from_secs(1162) },
            &["1161", "1162"],
        ),
        (Core::NothingToDelete, &[]),
        (Core::WrongEventId { found: "s1163".into() }, &["s1163"]),
        (Core::WrongKind { found: 1164 }, &["1164"]),
        (Core::MissingTag { tag: "s1165" }, &["s1165"]),
        (Core::RepeatedTag { tag: "s1166" }, &["s1166"]),
        (Core::WrongTag { tag: "s1167", expected: "s1168", found: "s1169".into() }, &["s1167", "s1168", "s1169"]),
        (Core::NotListed { missing: 1170 }, &["1170"]),
        (Core::DefaultListed { found: 1171 }, &["1171"]),
        (Core::ListedOnly { found: 1172 }, &["1172"]),
        (Core::WrongRelay { found: "s1173".into() }, &["s1173"]),
        (Core::NoRelays, &[]),
        (Core::NotBase64 { reason: "s1174".into() }, &["s1174"]),
        (Core::OtherPublicKey { expected: "s1175".into(), found: "s1176".into() }, &["s1175", "s1176"]),
        (Core::OtherKeypackage { expected: "s1177".into(), found: "s1178".into() }, &["s1177", "s1178"]),
    ]
}
