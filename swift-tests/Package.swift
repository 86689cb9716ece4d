// swift-tools-version: 6.0

import PackageDescription

/// A package of its own, so that the tests see what an app sees.
let package = Package(
    name: "swift-tests",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "mlskit", path: "..")],
    targets: [
        // The Swift side of `make bench-ffi`.
        .executableTarget(name: "Bench", dependencies: [.product(name: "MLSKit", package: "mlskit")]),
        // A messenger without a window: a member of the story that `make demo-languages` tells.
        .executableTarget(
            name: "member", dependencies: [.product(name: "MLSKit", package: "mlskit")], path: "Sources/Member"),
        .testTarget(name: "MLSKitTests", dependencies: [.product(name: "MLSKit", package: "mlskit")]),
    ]
)
