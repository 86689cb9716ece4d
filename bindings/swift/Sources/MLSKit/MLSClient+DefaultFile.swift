import Foundation

extension MLSClient {
    /// Where a client's file belongs: a folder `MLSKit` in Application Support, made here if there is none, which no backup
    /// takes and whose files can be read from the first unlock of the device on. A restored backup is an old state, which
    /// would use keys a second time.
    ///
    /// ```swift
    /// let client = try await MLSClient.open(at: MLSClient.defaultFile(), key: key, id: "alice@example.com")
    /// ```
    ///
    /// - Parameters:
    ///   - name: The file's name, for apps with several clients.
    ///   - parent: Another folder than Application Support: the container of an app group, say, to share the file with a
    ///     notification extension.
    /// - Throws: What `FileManager` throws when a folder can't be made.
    public static func defaultFile(named name: String = "mls.db", in parent: URL? = nil) throws -> URL {
        let files = FileManager.default
        let parent =
            try parent
            ?? files.url(for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        let folder = parent.appendingPathComponent("MLSKit", isDirectory: true)
        #if os(iOS) || os(tvOS) || os(watchOS) || os(visionOS)
            // Files made in a folder take over its protection.
            let protection = [FileAttributeKey.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication]
            try files.createDirectory(at: folder, withIntermediateDirectories: true, attributes: protection)
            try files.setAttributes(protection, ofItemAtPath: folder.path)
        #else
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
        #endif
        #if canImport(Darwin)
            var (values, unsaved) = (URLResourceValues(), folder)
            values.isExcludedFromBackup = true
            try unsaved.setResourceValues(values)
        #endif
        return folder.appendingPathComponent(name)
    }
}
