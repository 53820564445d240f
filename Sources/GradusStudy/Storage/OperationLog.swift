// SPDX-License-Identifier: Apache-2.0

/// A durable list of lines that several processes append to, in one order for all of them.
protocol OperationLog: AnyObject {
  /// For messages.
  var name: String { get }

  /// Hands over the complete lines that were appended since the last call, each without its newline.
  func read(_ take: (OperationReader.Text) throws -> Void) throws

  /// Begins again with the first line.
  func rewind()

  /// Appends what `body` returns, whole lines. From `body`'s beginning to the end nobody else appends, so what was read in
  /// `body` is all there is. `isDurable`: whether the lines must have reached the disk before this returns. When it throws,
  /// nothing was appended. The own lines are not read again.
  func append(isDurable: Bool, _ body: () throws -> [UInt8]) throws
}

/// A storage of studies cannot be used: which, why, and what to do.
public struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
