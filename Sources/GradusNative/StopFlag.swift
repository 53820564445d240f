// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A request to stop that any thread may raise and a blocking call looks at. Never lowered again.
public final class StopFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  public init() {}

  /// Raises the flag; it stays up.
  public func raise() { raised.store(true, ordering: .releasing) }

  public var isRaised: Bool { raised.load(ordering: .acquiring) }
}
