// SPDX-License-Identifier: Apache-2.0

/// A tool of which nothing is known but its name and what is said of it.
public struct ToolDescription: Sendable, Codable, Hashable {
  /// As it is called, for instance `flights.search`.
  public var name: String
  /// In words: what it does, what it takes, what it gives.
  public var text: String

  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}
