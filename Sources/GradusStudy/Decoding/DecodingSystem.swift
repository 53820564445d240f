// SPDX-License-Identifier: Apache-2.0

/// What came of one item.
public struct DecodingOutcome: Sendable, Codable, Hashable {
  public var isRight: Bool
  /// Tokens that were generated.
  public var tokens: Int

  public init(isRight: Bool, tokens: Int) {
    self.isRight = isRight
    self.tokens = tokens
  }
}

/// Answers items with any settings. The same settings and item have the same outcome, and different settings share what is random of an
/// item as far as they can: pairs then differ by the settings alone.
public protocol DecodingSystem: Sendable {
  /// One outcome for each item. Throws when nobody can answer.
  func outcomes(_ settings: DecodingSettings, items: Range<Int>) throws -> [DecodingOutcome]
}
