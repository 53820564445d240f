// SPDX-License-Identifier: Apache-2.0

/// Something that can be done: what it needs and what it gives, by the names of types.
public struct WorkTask: Sendable, Codable, Hashable {
  public var name: String
  /// In words.
  public var summary: String
  public var requires: [String]
  public var produces: String

  public init(_ name: String, _ summary: String, requires: [String], produces: String) {
    self.name = name
    self.summary = summary
    self.requires = requires
    self.produces = produces
  }

  /// As a model is shown it.
  var line: String { "\(name)(\(requires.joined(separator: ", "))) -> \(produces): \(summary)" }
}
