import Foundation

/// Limits and surroundings of a client. The defaults fit a messenger.
///
/// ```swift
/// let options = ClientOptions(busyTimeout: .seconds(2))
/// ```
public struct ClientOptions: Sendable {
    /// The longest lifetime of a key package that this client makes, and its default lifetime if that would be longer.
    /// 84 days if `nil`.
    public var maxLifetime: Duration?
    /// The longest lifetime of another's key package that this client imports (RFC 9420 §7.2 asks for a limit); an hour
    /// for clocks comes on top. 100 days if `nil`.
    public var maxAcceptedLifetime: Duration?
    /// How long a key package must go on living to be added to a group: a commit that adds one which has expired when it
    /// is processed is refused for ever by whoever comes late. One day if `nil`.
    public var minRemainingLifetime: Duration?
    /// How long a transaction waits for another, of this client or of another process. 10 seconds if `nil`; at most a day.
    public var busyTimeout: Duration?
    /// A clock to turn, for tests. The system's clock if `nil`.
    public var clock: ManualClock?

    /// What is left out has its default.
    public init(
        maxLifetime: Duration? = nil,
        maxAcceptedLifetime: Duration? = nil,
        minRemainingLifetime: Duration? = nil,
        busyTimeout: Duration? = nil,
        clock: ManualClock? = nil
    ) {
        self.maxLifetime = maxLifetime
        self.maxAcceptedLifetime = maxAcceptedLifetime
        self.minRemainingLifetime = minRemainingLifetime
        self.busyTimeout = busyTimeout
        self.clock = clock
    }
}
