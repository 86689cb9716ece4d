// swift-tools-version: 6.0

import Foundation
import PackageDescription

/// The Rust library. On Apple's systems it comes as a framework; elsewhere, and where the framework was not built, the
/// linker finds what `cargo build --package mlskit-ffi` made.
let framework = "bindings/swift/MLSKitFFI.xcframework"
let isPackaged = FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + framework)
let library: Target =
    isPackaged
    ? .binaryTarget(name: "MLSKitFFI", path: framework)
    : .systemLibrary(name: "MLSKitFFI", path: "bindings/swift/Sources/MLSKitFFI")

let package = Package(
    name: "mlskit",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [.library(name: "MLSKit", targets: ["MLSKit"])],
    targets: [
        library,
        .target(
            name: "MLSKitGenerated",
            dependencies: ["MLSKitFFI"],
            path: "bindings/swift/Sources/MLSKitGenerated",
            // What UniFFI writes does not compile in Swift 6's mode.
            swiftSettings: [.swiftLanguageMode(.v5)]
        ),
        .target(name: "MLSKit", dependencies: ["MLSKitGenerated"], path: "bindings/swift/Sources/MLSKit"),
    ]
)
