// SPDX-License-Identifier: Apache-2.0

/// What one task gives is given to another.
public struct WorkEdge: Sendable, Codable, Hashable {
  public var from: String
  public var to: String

  public init(_ from: String, _ to: String) {
    self.from = from
    self.to = to
  }

  /// Reads `a -> b`; nil for anything else.
  public init?(_ text: String) {
    let sides = text.split(separator: "->", omittingEmptySubsequences: false)
    guard sides.count == 2 else { return nil }
    let names = sides.map { $0.split(separator: " ").joined(separator: " ") }
    guard !names[0].isEmpty, !names[1].isEmpty else { return nil }
    self.init(names[0], names[1])
  }
}
