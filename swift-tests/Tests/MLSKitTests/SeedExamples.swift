import Foundation
import MLSKit
import Testing

extension Scenarios {
    /// Hermetic MLS's guide to key packages: for each of its examples what takes its place here. docs/coming-from.md shows
    /// both side by side. Those of marmot-ts's document are in the suite of Marmot.
    @Suite(.serialized) struct SeedExamples {
        /// "Creating Basic Key Packages". The client is ready when it is open; its id is Alice's for good.
        @Test("a package is created and has an id")
        func isCreated() async throws {
            try await scenario { world in
                let client = try await world.open("alice@example.com")
                let keypackage = try await client.transaction { tx in
                    let credential = try await tx.addCredential(.basic(.usual, identity: client.id))
                    return try await tx.generateKeypackage(for: credential)
                }
                let id = keypackage.ref.description
                #expect(id.count == 64, "Key package created with ID: \(id)")
                #expect(try await client.isKeypackageValid(id: id))
            }
        }

        /// "Key Package Configuration". Its extensions are none: `capabilities` is a field of the leaf node, and
        /// `external_senders` an extension of a group.
        @Test("a package is configured")
        func isConfigured() async throws {
            try await scenario { world in
                let (client, credential) = try await world.client("alice@example.com")
                let config = KeypackageConfig(
                    lifespan: .lasting(.seconds(60 * 60 * 24 * 7)),
                    capabilities: Capabilities(versions: [1], ciphersuites: [.usual])
                )
                let keypackage = try await client.transaction { tx in
                    try await tx.generateKeypackage(for: credential, config: config)
                }
                #expect(keypackage.ref.lifetime.duration == .days(7) + .seconds(3600))
                let capabilities = try keypackage.info().capabilities
                #expect(capabilities.versions == [1] && capabilities.ciphersuites == [.usual])

                var misplaced = config
                misplaced.extensions = [.externalSenders([])]
                let asked = misplaced
                try await expect(.keypackage(.extensionMisplaced(found: .externalSenders, place: .keypackage))) {
                    try await client.transaction { tx in
                        try await tx.generateKeypackage(for: credential, config: asked)
                    }
                }
            }
        }

        /// "Managing Key Package Lifecycle": is a package still valid, and which are?
        @Test("valid packages are found by reference and by id")
        func areFound() async throws {
            try await scenario { world in
                let now = Date()
                let clock = ManualClock(now)
                let (client, credential) = try await world.client(
                    "alice@example.com", options: ClientOptions(clock: clock))
                let (short, long) = try await client.transaction { tx in
                    let short = try await tx.generateKeypackage(for: credential, lifetime: .days(7)).ref
                    let long = try await tx.generateKeypackage(for: credential).ref
                    #expect(try await tx.validKeypackageRefs() == [short, long])
                    #expect(try await tx.isKeypackageValid(short))
                    #expect(try await tx.isKeypackageValid(id: long.description))
                    #expect(try await tx.findKeypackageRef(id: short.description) == short)
                    return (short, long)
                }
                #expect(try await client.validKeypackageRefs() == [short, long])

                clock.set(now.addingTimeInterval(8 * 86400))
                #expect(try await client.validKeypackageRefs() == [long])
                #expect(try await !client.isKeypackageValid(short))
                #expect(try await !client.isKeypackageValid(id: short.description))
                #expect(try await client.isKeypackageValid(long))
                #expect(try await client.isKeypackageValid(id: long.description.uppercased()))
                let seen = try await client.transaction { tx in
                    let refs = try await tx.validKeypackageRefs()
                    return (
                        refs, try await tx.isKeypackageValid(short),
                        try await tx.isKeypackageValid(id: short.description)
                    )
                }
                #expect(seen == ([long], false, false))

                // What has expired is still found, and still there.
                #expect(try await client.findKeypackageRef(id: short.description) == short)
                try await client.transaction { tx in try await tx.removeKeypackage(long) }
                #expect(try await !client.isKeypackageValid(long))
                let zeros = String(repeating: "00", count: 32)
                for nothing in ["", "0", "xyz", zeros, String(short.description.dropFirst(2)), "ÄÖ"] {
                    #expect(try await client.findKeypackageRef(id: nothing) == nil)
                    #expect(try await !client.isKeypackageValid(id: nothing))
                }
            }
        }

        /// "Refresh expiring key packages". A policy says how many there are to be; what comes close to its end is replaced,
        /// published, and only then withdrawn.
        @Test("expiring packages are refreshed")
        func areRefreshed() async throws {
            try await scenario { world in
                let now = Date()
                let clock = ManualClock(now)
                let (client, credential) = try await world.client(
                    "alice@example.com", options: ClientOptions(clock: clock))
                let everybodys = MemoryDirectory()
                let directory = everybodys.shelf(of: client.id)
                let policy = KeypackagePolicy(target: 2, lastResort: false, lifetime: .days(7))
                let first = try await client.syncKeypackages(with: directory, for: credential, policy: policy)
                #expect(await everybodys.served(of: client.id) == first.published)
                let nothing = try await client.syncKeypackages(with: directory, for: credential, policy: policy)
                #expect(nothing.published.isEmpty && nothing.withdrawn.isEmpty)

                clock.set(now.addingTimeInterval(6 * 86400))
                let refreshed = try await client.syncKeypackages(with: directory, for: credential, policy: policy)
                #expect(refreshed.published.count == 2 && refreshed.withdrawn == first.published)
                #expect(await everybodys.served(of: client.id) == refreshed.published)
                // Its keys have a time of grace.
                #expect(try await client.isKeypackageValid(first.published[0]))
            }
        }

        /// "Exporting and Publishing Key Packages" and "Retrieving and Importing Key Packages", to a first message.
        @Test("a published package is fetched imported and added")
        func isAdded() async throws {
            try await scenario { world in
                let everybodys = MemoryDirectory()
                let (bob, bobs) = try await world.client("bob@example.com")
                let keypackage = try await bob.transaction { tx in try await tx.generateKeypackage(for: bobs) }
                try await everybodys.shelf(of: bob.id).publish(keypackage.ref, bytes: keypackage.bytes)

                let (alice, alices) = try await world.client("alice@example.com")
                let directory = everybodys.shelf(of: alice.id)
                let fetched = try #require(try await directory.fetchKeypackage(of: bob.id, for: .usual))
                let bobsKeypackage = try await alice.importKeypackage(fetched, of: bob.id)
                #expect(bobsKeypackage == keypackage)
                #expect(try await directory.fetchKeypackage(of: bob.id, for: .usual) == nil)

                let groupID = try await alice.transaction { tx in
                    let groupID = try await tx.createGroup(with: alices)
                    try await tx.addMembers([bobsKeypackage], to: groupID)
                    return groupID
                }
                let welcome = try #require(try await alice.flush().last).bytes
                _ = try await bob.transaction { tx in try await tx.joinGroup(welcome) }
                #expect(try await bob.hear(try await alice.say("hello", in: groupID)) == "hello")
            }
        }
    }
}
