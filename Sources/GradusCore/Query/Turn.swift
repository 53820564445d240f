// SPDX-License-Identifier: Apache-2.0

/// The answer that carries nothing but the permission to go on.
public struct Done: Sendable, Codable, Hashable { public init() {} }

/// A method that reads its problem's data asks only for another turn (about a millisecond of work).
public struct Turn: Query, Codable, Hashable {
  public init() {}
  public static var needs: String { "nothing" }
  public var kind: String { "turn" }
  /// The permission to go on; there is nobody to ask.
  public func put(to oracle: Void) async throws -> Done { Done() }
  /// The permission to go on, at once.
  public func answerNow(from oracle: Void) throws -> Done? { Done() }
}
