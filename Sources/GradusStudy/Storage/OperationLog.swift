// SPDX-License-Identifier: Apache-2.0

/// A durable list of lines that several processes append to, in one order for all of them.
package protocol OperationLog: AnyObject {
  /// For messages.
  var name: String { get }

  /// Whether a change may be seen in parts, so that its lines must say whether more of them follow.
  var isSeenInParts: Bool { get }

  /// Hands over the complete lines that were appended since the last call, each without its newline. Throws `LinesReplaced` where
  /// lines that were handed over are gone, which can only be the last ones that were not durable.
  func read(_ take: (OperationReader.Text) throws -> Void) throws

  /// Begins again with the first line.
  func rewind()

  /// Appends what `body` returns, whole lines. From `body`'s beginning to the end nobody else appends, so what was read in
  /// `body` is all there is. `isDurable`: whether the lines must have reached the disk before this returns. When it throws,
  /// nothing was appended. The own lines are not read again. Where a connection is lost, `body` may be called again: what it
  /// returned before was not appended.
  func append(isDurable: Bool, _ body: () throws -> [UInt8]) throws
}

/// A storage of studies cannot be used: which, why, and what to do.
public struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }

  /// Somebody else has held a storage for too long.
  static func locked(_ name: String, seconds: Double) -> StorageError {
    StorageError("\(name) has been locked by another process for \(shown(seconds)) s; end that process and try again")
  }

  static func shown(_ seconds: Double) -> String { Int(exactly: seconds).map { "\($0)" } ?? "\(seconds)" }
}
