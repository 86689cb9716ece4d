// The Swift side of `make bench-ffi`: over the public API, what the program in crates/ffi/bench does, and by the same
// protocol. The cases run apart from the main actor, as work in the background does.

import Foundation

let folder = URL(fileURLWithPath: CommandLine.arguments[1], isDirectory: true)
let world = try await World(in: folder)
say("ready")
while let name = readLine() {
    let taken = try await run(name, in: world)
    say("\(taken.nanoseconds)")
}
await world.close()

/// One line, at once.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}
